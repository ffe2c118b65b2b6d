package dev.edgeai.runtime.bench;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.gate.GateEvaluation;
import dev.edgeai.planner.gate.SpeedVerdict;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Which verdicts of many measurements are false. The truth is 1 of a model against itself, the injected ratio, and of the
 * variant the median of what was measured beside no neighbours; its p95 and whether it is steady likewise.
 *
 * @param timings all of them
 * @param injected true speed-up of the slowed model
 */
record BusyVerdicts(List<BusyTiming> timings, double injected) {
    /** A gate so far from the truth has one right answer. */
    private static final double CLEAR = 1.1;

    private static final double P95_CLEAR = 2;

    private static final double CAUGHT = 0.95;

    /** One line for each kind and number of neighbours; whether no verdict is false and the slower model is caught. */
    boolean tell(PrintStream out) {
        boolean holds = true;
        for (BusyTiming.Kind kind : BusyTiming.Kind.values()) {
            for (int neighbours : timings.stream()
                    .mapToInt(t -> t.key().neighbours())
                    .distinct()
                    .sorted()
                    .toArray()) {
                List<BusyTiming> some = of(kind, neighbours).toList();
                long wrong = some.stream().filter(this::isFalse).count();
                long open = some.stream().filter(t -> t.cpuWait().busy()).count();
                out.printf(
                        Locale.ROOT,
                        "%s beside %d: %d measurements, %d with a false verdict, %d left open by a busy node; waited"
                                + " %.3f, took %.0f s (medians)%s%n",
                        kind,
                        neighbours,
                        some.size(),
                        wrong,
                        open,
                        median(some, t -> t.cpuWait().share().asDouble()),
                        median(some, BusyTiming::seconds),
                        kind == BusyTiming.Kind.SLOWER ? "; %d caught".formatted(caught(some)) : "");
                holds &= wrong == 0;
                if (kind == BusyTiming.Kind.SLOWER && neighbours == 0) {
                    holds &= caught(some) >= CAUGHT * some.size();
                }
            }
        }
        return holds;
    }

    private static long caught(List<BusyTiming> some) {
        return some.stream()
                .filter(t -> !t.cpuWait().busy() && SpeedVerdict.of(t.speedup()) == SpeedVerdict.SLOWER)
                .count();
    }

    private boolean isFalse(BusyTiming timing) {
        double truth = truth(timing.key().kind());
        BusyTiming.Kind kind = timing.key().kind();
        boolean reached = verdict(timing, "minSpeedup", speed(truth / CLEAR)) != Verdict.FAIL
                && verdict(timing, "minSpeedup", speed(truth * CLEAR)) != Verdict.PASS;
        Gates slow = GatesBuilder.builder()
                .maxLatencyP95(new TimeSpan((long) Math.ceil(P95_CLEAR * quietP95(kind) / 1_000) + "ms"))
                .build();
        boolean inTime = verdict(timing, "maxLatencyP95", slow) != Verdict.FAIL;
        Gates steady = Gates.defaults();
        boolean unsteady = verdict(timing, "maxLatencyVariation", steady) == Verdict.FAIL
                && of(kind, 0).anyMatch(t -> verdict(t, "maxLatencyVariation", steady) == Verdict.PASS);
        return !reached || !inTime || unsteady || wrongWord(timing, truth);
    }

    /** "Faster" and "slower" of what is not; of a measurement that a busy node left open nothing is said. */
    private static boolean wrongWord(BusyTiming timing, double truth) {
        SpeedVerdict word = SpeedVerdict.of(timing.speedup());
        return !timing.cpuWait().busy()
                && switch (word) {
                    case FASTER -> truth <= 1;
                    case SLOWER -> truth >= 1;
                    case NO_DIFFERENCE -> false;
                };
    }

    private double truth(BusyTiming.Kind kind) {
        return switch (kind) {
            case ITSELF -> 1;
            case SLOWER -> injected;
            case VARIANT ->
                median(of(kind, 0).toList(), t -> t.speedup().value().asDouble());
        };
    }

    private double quietP95(BusyTiming.Kind kind) {
        return median(of(kind, 0).toList(), BusyTiming::p95);
    }

    private static Gates speed(double least) {
        return GatesBuilder.builder().minSpeedup(Decimal.of(least)).build();
    }

    private static Verdict verdict(BusyTiming timing, String gate, Gates gates) {
        Comparison comparison = new Comparison(timing.speedup(), null, null, null, Decimal.of("0"), null);
        return GateEvaluation.evaluate(gates, timing.measurement(), comparison).stream()
                .filter(result -> result.name().equals(gate))
                .map(GateResult::verdict)
                .findFirst()
                .orElseThrow();
    }

    private Stream<BusyTiming> of(BusyTiming.Kind kind, int neighbours) {
        return timings.stream().filter(t -> t.key().kind() == kind && t.key().neighbours() == neighbours);
    }

    private static double median(List<BusyTiming> some, ToDoubleFunction<BusyTiming> value) {
        return some.stream()
                .mapToDouble(value)
                .sorted()
                .skip(some.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
