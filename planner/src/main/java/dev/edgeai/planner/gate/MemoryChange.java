package dev.edgeai.planner.gate;

import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.value.Decimal;

import java.util.Optional;

/** What a variant takes more or less than its baseline, where a share of the baseline would mean nothing. */
public final class MemoryChange {
    /** Of a smaller footprint a share is mostly the reading's noise. */
    private static final double SMALL = 8 * Floors.MEMORY;

    /**
     * For example {@code 7.44 MiB more memory}; absent where the share says it as well.
     *
     * @param saved share of the baseline's footprint, negative when it grew
     */
    public static Optional<String> absolute(Measurement variant, Decimal saved) {
        double before = footprintBefore(variant, saved);
        double less = before * saved.asDouble();
        if (before >= SMALL) {
            return Optional.empty();
        }
        return Optional.of(
                Math.abs(less) <= Floors.MEMORY
                        ? "as much memory"
                        : GateUnit.BYTES.text(Math.abs(less)) + (less > 0 ? " less memory" : " more memory"));
    }

    /** Of the baseline, bytes; infinite where it cannot be told. */
    static double footprintBefore(Measurement variant, Decimal saved) {
        double left = 1 - saved.asDouble();
        return variant.footprintBytes().isEmpty() || left <= 0
                ? Double.POSITIVE_INFINITY
                : variant.footprintBytes().getAsLong() / left;
    }

    private MemoryChange() {}
}
