package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.Measurement.EnergyMethod;

/**
 * Energy of one inference.
 *
 * @param joules per inference
 * @param method how it was found
 */
public record Energy(double joules, EnergyMethod method) {
    /**
     * Watts of one fully used core, for the estimate: between the 3.5 W (AWS) and 4.3 W (Google) for one virtual CPU at
     * full load in the coefficients of Cloud Carbon Footprint. The same constant everywhere: an estimate compares
     * variants on one node and is no bill.
     */
    static final double WATTS_PER_CORE = 4.0;

    static Energy estimated(Timings timings) {
        return new Energy(timings.cpuSecondsPerInference() * WATTS_PER_CORE, EnergyMethod.ESTIMATED);
    }
}
