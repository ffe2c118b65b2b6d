package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.front.ParetoFront.Axis;
import dev.edgeai.planner.front.ParetoFront.Point;
import dev.edgeai.planner.gate.Floors;
import dev.edgeai.planner.gate.GateEvaluation;
import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What a short measurement already shows: what clearly misses a gate, and what another trial clearly beats. */
final class Screening {
    /** Gates on single numbers of timing, which a short measurement is too short for. */
    private static final Set<Gate> TOO_SHORT_FOR = EnumSet.of(Gate.MAX_LATENCY_VARIATION, Gate.MAX_LATENCY_P95);

    /** Gates on what engine options change for the better. */
    private static final Set<Gate> BY_ENGINE_OPTIONS = EnumSet.of(
            Gate.MIN_SPEEDUP,
            Gate.MIN_MEMORY_REDUCTION,
            Gate.MAX_LATENCY_VARIATION,
            Gate.MAX_LATENCY_P95,
            Gate.MAX_PEAK_MEMORY,
            Gate.MAX_JOULES_PER_INFERENCE);

    /** What a technique that mends the quality may change, and what is too short to tell. */
    private static final Set<Gate> BESIDES_QUALITY = EnumSet.of(
            Gate.MAX_LATENCY_VARIATION,
            Gate.MAX_LATENCY_P95,
            Gate.MIN_ACCURACY_RETENTION,
            Gate.MIN_ACCURACY,
            Gate.MIN_FIDELITY);

    private static final Set<Gate> QUALITY =
            EnumSet.of(Gate.MIN_ACCURACY_RETENTION, Gate.MIN_ACCURACY, Gate.MIN_FIDELITY);

    /** A footprint is read once when screening: by this share it may be off. */
    private static final double MEMORY_DOUBT = 0.05;

    /** Why it cannot pass, whatever a full measurement would find. */
    static Optional<String> clearlyMisses(TrialStatus t, Gates gates) {
        return clearlyMisses(t, gates, TOO_SHORT_FOR);
    }

    /** Why it cannot pass, whatever engine options it is run with. */
    static Optional<String> clearlyMissesWithAnyOption(TrialStatus t, Gates gates) {
        return clearlyMisses(t, gates, BY_ENGINE_OPTIONS);
    }

    private static Optional<String> clearlyMisses(TrialStatus t, Gates gates, Set<Gate> besides) {
        return GateEvaluation.evaluate(doubted(gates), measurement(t), comparison(t)).stream()
                .filter(g -> g.verdict() == Verdict.FAIL && !g.isOf(besides))
                .map(GateResult::message)
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static Gates doubted(Gates g) {
        double memory = Math.max(0, g.minMemoryReduction().asDouble() - MEMORY_DOUBT);
        return GatesBuilder.builder(g).minMemoryReduction(Decimal.of(memory)).build();
    }

    /** Whether its quality, as measured so far, is not known to be what a gate asks for, and nothing else clearly misses. */
    static boolean losesOnlyQuality(TrialStatus t, Gates gates) {
        Estimate kept = Objects.requireNonNullElse(
                comparison(t).accuracyRetention(), comparison(t).fidelity());
        boolean loses = below(kept, gates.minAccuracyRetention())
                || below(measurement(t).quality(), gates.minAccuracy())
                || below(comparison(t).fidelity(), gates.minFidelity())
                || t.gates().stream().anyMatch(g -> g.isOf(QUALITY) && g.verdict() != Verdict.PASS);
        return loses && clearlyMisses(t, gates, BESIDES_QUALITY).isEmpty();
    }

    private static boolean below(@Nullable Estimate quality, @Nullable Decimal minimum) {
        return quality != null && minimum != null && quality.value().compareTo(minimum) < 0;
    }

    /** The trial that clearly beats it. */
    static Optional<TrialStatus> clearlyBeaten(TrialStatus t, List<TrialStatus> all) {
        return all.stream().filter(o -> o != t && beats(o, t)).findFirst();
    }

    /**
     * Faster by the whole of both intervals (where timed), no larger and no worse. Both were measured on the same samples,
     * so qualities are compared as they are.
     */
    private static boolean beats(TrialStatus a, TrialStatus b) {
        Comparison one = comparison(a);
        Comparison other = comparison(b);
        Point p = Point.of(a);
        Point q = Point.of(b);
        for (Axis axis : Axis.shared(List.of(p, q))) {
            boolean worse = switch (axis) {
                case LATENCY -> false; // by the speed-up's interval, below
                case MEMORY, SIZE -> axis.cost(p) > axis.cost(q) + Floors.MEMORY;
                case QUALITY, DIVERGENCE, FIDELITY -> axis.cost(p) > axis.cost(q);
                case ENERGY -> false; // follows the latency where it is estimated
            };
            if (worse) {
                return false;
            }
        }
        if (one.speedup() == null || other.speedup() == null) {
            return measurement(a).sizeBytes() < measurement(b).sizeBytes();
        }
        return one.speedup().lower().compareTo(other.speedup().upper()) > 0;
    }

    private static Measurement measurement(TrialStatus t) {
        return known(t.measurement(), t);
    }

    private static Comparison comparison(TrialStatus t) {
        return known(t.comparison(), t);
    }

    private static <T> T known(@Nullable T value, TrialStatus t) {
        return Objects.requireNonNull(value, t::name);
    }

    private Screening() {}
}
