package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.api.v1alpha1.value.Verdict;
import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * Gates on what was timed. They stay open where the node was busy ({@link BusyNode}).
 *
 * @param variant as measured
 * @param language whether it was timed by requests, each of many inferences
 */
record TimedGates(Measurement variant, boolean language) {
    /** Alternated pairs below which a speed-up says nothing. */
    static final int MIN_PAIRS = 50;

    /** The same of a language model, whose requests are long. */
    static final int MIN_REQUEST_PAIRS = 15;

    /** Timed inferences below which a percentile or a variation says nothing. */
    static final int MIN_LATENCY_SAMPLES = 100;

    /** Timed requests of a language model, each of many inferences, below which they say nothing. */
    private static final int MIN_REQUESTS = 30;

    /** With fewer the 95 % interval of a 95th percentile has no upper end: 0.95 to the 72nd is less than 0.025. */
    static final int MIN_REQUESTS_FOR_P95 = 72;

    /** Loads below which the interval of a variation says nothing: as many as a language model has. */
    static final int MIN_LOADS = 6;

    GateResult speedup(@Nullable Estimate measured, Decimal threshold) {
        return variant.timed()
                ? decided(new IntervalGate(
                                Gate.MIN_SPEEDUP,
                                threshold,
                                GateUnit.TIMES,
                                language ? EvidenceUnit.REQUEST_PAIRS : EvidenceUnit.PAIRS)
                        .atLeast(measured))
                : otherHardware(variant, Gate.MIN_SPEEDUP, threshold.toString());
    }

    /**
     * Of the interval, or of the value alone where it was measured before there was one. A spread of at most {@link
     * Floors#SPREAD} passes whatever share of the median it is.
     */
    GateResult variation(Decimal threshold) {
        Decimal value = variant.latencyVariation();
        Long median = variant.latencyP50Micros();
        if (value == null || median == null) {
            return otherHardware(variant, Gate.MAX_LATENCY_VARIATION, threshold.toString());
        }
        if (samples() < minimum()) {
            return tooFew(Gate.MAX_LATENCY_VARIATION, value.asDouble(), threshold.asDouble(), GateUnit.PERCENT);
        }
        Decimal floor = Decimal.of(Floors.SPREAD / median);
        Decimal most = variant.latencyVariationInterval() == null
                ? value
                : variant.latencyVariationInterval().upper();
        boolean onlyByFloor = most.compareTo(threshold) > 0 && floor.compareTo(threshold) > 0;
        GateResult result = decided(variation(value, onlyByFloor ? floor : threshold));
        return onlyByFloor ? withFloor(result, threshold, median) : result;
    }

    private GateResult variation(Decimal value, Decimal threshold) {
        Estimate interval = variant.latencyVariationInterval();
        return interval == null
                ? PointGate.atMost(
                        Gate.MAX_LATENCY_VARIATION, value.asDouble(), threshold.asDouble(), GateUnit.PERCENT, "")
                : new IntervalGate(Gate.MAX_LATENCY_VARIATION, threshold, GateUnit.PERCENT, EvidenceUnit.LOADS)
                        .atMost(interval);
    }

    private static GateResult withFloor(GateResult result, Decimal threshold, long median) {
        return new GateResult(
                result.name(),
                result.value(),
                threshold.toString(),
                result.verdict(),
                "%s; it is held against %.0f µs of its median of %d µs, as less may be the measuring program's own"
                        .formatted(result.message(), Floors.SPREAD, median));
    }

    /** Of the quantile's interval, or of the value alone where it was measured before there was one. */
    GateResult p95(TimeSpan threshold) {
        Long p95 = variant.latencyP95Micros();
        if (p95 == null) {
            return otherHardware(variant, Gate.MAX_LATENCY_P95, threshold.text());
        }
        Estimate interval = variant.latencyP95Interval();
        return interval == null ? p95(p95, threshold) : p95(interval, threshold);
    }

    private GateResult p95(Estimate micros, TimeSpan threshold) {
        Decimal most = new Decimal(BigDecimal.valueOf(threshold.duration().toNanos(), 6));
        EvidenceUnit evidence = language ? EvidenceUnit.REQUESTS : EvidenceUnit.INFERENCES;
        return decided(new IntervalGate(Gate.MAX_LATENCY_P95, most, GateUnit.MILLISECONDS, evidence)
                .atMost(new Estimate(
                        millis(micros.value()), millis(micros.lower()), millis(micros.upper()), micros.samples())));
    }

    private static Decimal millis(Decimal micros) {
        return new Decimal(micros.value().movePointLeft(3));
    }

    private GateResult p95(long p95, TimeSpan threshold) {
        double millis = p95 / 1000.0;
        double most = threshold.duration().toNanos() / 1e6;
        return samples() < minimum()
                ? tooFew(Gate.MAX_LATENCY_P95, millis, most, GateUnit.MILLISECONDS)
                : decided(PointGate.atMost(Gate.MAX_LATENCY_P95, millis, most, GateUnit.MILLISECONDS, ""));
    }

    /** Counters of energy see the neighbours too; the estimate is of this process's own CPU time. */
    GateResult energy(Decimal threshold) {
        Decimal joules = variant.joulesPerInference();
        if (joules == null) {
            return otherHardware(variant, Gate.MAX_JOULES_PER_INFERENCE, threshold.toString());
        }
        boolean measured = variant.energyMethod() == EnergyMethod.MEASURED;
        GateResult result = PointGate.atMost(
                Gate.MAX_JOULES_PER_INFERENCE,
                joules.asDouble(),
                threshold.asDouble(),
                GateUnit.JOULES,
                measured ? " (measured)" : " (estimated from CPU time)");
        return measured ? decided(result) : result;
    }

    private GateResult decided(GateResult result) {
        return BusyNode.unlessBusy(variant, result);
    }

    private GateResult tooFew(Gate gate, double value, double threshold, GateUnit unit) {
        return PointGate.tooFew(gate, value, threshold, unit, samples(), minimum());
    }

    private int samples() {
        return Objects.requireNonNullElse(variant.latencySamples(), 0);
    }

    private int minimum() {
        return language ? MIN_REQUESTS : MIN_LATENCY_SAMPLES;
    }

    /** A gate on what this hardware cannot tell. */
    static GateResult otherHardware(Measurement variant, Gate gate, String threshold) {
        return new GateResult(
                gate,
                null,
                threshold,
                Verdict.NOT_MEASURED,
                "%s: not measured, as %s runs on other hardware than the nodes'".formatted(gate, variant.engine()));
    }
}
