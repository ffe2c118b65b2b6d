package dev.edgeai.planner.run;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.gate.Floors;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What holds a model back on its node, and what to do about it.
 *
 * @param kind which of them
 * @param value the measured share, 1 is all
 * @param threshold share above which it counts
 * @param advice a sentence
 */
public record Bottleneck(Kind kind, Decimal value, Decimal threshold, String advice) {
    private static final double CPU = 0.80;
    private static final double MEMORY = 0.90;
    private static final double VARIATION = 0.20;

    /** What is short. */
    public enum Kind {
        /** CPU time over what its threads could use. */
        CPU_BOUND,
        /** Peak resident memory over the limit of the pod. */
        MEMORY_BOUND,
        /** Spread of latency over its median. */
        INCONSISTENT;

        /** {@code cpu_bound}. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The bottlenecks of one model on one node; what was not measured is none.
     *
     * @param memoryLimit of the pod or the machine, bytes; absent when there is none or it is not known
     */
    public static Stream<Bottleneck> of(Measurement m, OptionalLong memoryLimit) {
        return Stream.of(cpu(m), memory(m, memoryLimit), variation(m)).flatMap(Optional::stream);
    }

    private static Optional<Bottleneck> cpu(Measurement m) {
        if (m.cpuUtilization() == null) {
            return Optional.empty();
        }
        return over(
                Kind.CPU_BOUND,
                m.cpuUtilization().asDouble() / m.threads(),
                CPU,
                "computing is what takes the time: give more threads, or try weights of fewer bits and an engine that "
                        + "uses the processor's vector instructions"
                        + (m.generation() == null ? "" : "; a shorter prompt is read sooner"));
    }

    private static Optional<Bottleneck> memory(Measurement m, OptionalLong limit) {
        if (m.peakMemoryBytes() == null || limit.isEmpty()) {
            return Optional.empty();
        }
        return over(
                Kind.MEMORY_BOUND,
                (double) m.peakMemoryBytes() / limit.getAsLong(),
                MEMORY,
                "little is left before the kernel ends the process: raise the memory limit, or try weights of fewer bits"
                        + (m.generation() == null
                                ? " and a smaller batch"
                                : ", a shorter context and memory-mapped weights"));
    }

    private static Optional<Bottleneck> variation(Measurement m) {
        if (m.latencyVariation() == null) {
            return Optional.empty();
        }
        return over(
                Kind.INCONSISTENT,
                m.latencyVariation().asDouble(),
                Math.max(VARIATION, m.latencyP50Micros() == null ? 0 : Floors.SPREAD / m.latencyP50Micros()),
                "its latency is not steady: look for neighbours on the node, give the pod whole CPUs of its own "
                        + "(requests equal to limits), and no more threads than it has");
    }

    private static Optional<Bottleneck> over(Kind kind, double value, double threshold, String advice) {
        return value > threshold
                ? Optional.of(new Bottleneck(kind, Decimal.of(value), Decimal.of(threshold), advice))
                : Optional.empty();
    }
}
