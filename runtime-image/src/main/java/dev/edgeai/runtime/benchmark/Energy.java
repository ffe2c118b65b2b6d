package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;

/**
 * Energy, of one inference or of a whole measurement.
 *
 * @param joules how much
 * @param method how it was found
 */
public record Energy(double joules, EnergyMethod method) {
    /**
     * Watts of one fully used core, for the estimate: between the 3.5 W (AWS) and 4.3 W (Google) for one virtual CPU at
     * full load in the coefficients of Cloud Carbon Footprint. The same constant everywhere: an estimate compares
     * variants on one node and is no bill.
     */
    static final double WATTS_PER_CORE = 4.0;

    /** Of CPU time, seconds. */
    public static Energy estimated(double cpuSeconds) {
        return new Energy(cpuSeconds * WATTS_PER_CORE, EnergyMethod.ESTIMATED);
    }

    static Energy estimated(Timings timings) {
        return estimated(timings.cpuSecondsPerInference());
    }
}
