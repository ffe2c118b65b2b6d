package dev.edgeai.planner.front;

import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.front.ParetoFront.Axis;
import dev.edgeai.planner.front.ParetoFront.Point;
import dev.edgeai.planner.gate.Floors;
import dev.edgeai.planner.gate.MemoryChange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Which member of the front serves best, by the user's weights, and which would be next.
 *
 * <p>Each axis is the natural logarithm of the ratio to the best of the front, so that "twice as slow" costs the same
 * wherever the scale begins: latency and energy, each as a share of the baseline's of the same trial, footprint (at least
 * 1 MiB, below which resident memory is noise), and for
 * the task metric the share of errors ({@code 1 - metric}) plus 1 %, below which errors are noise: twice the errors
 * cost as much as twice the latency, where the ratio of 0.99 to 0.98 would cost nothing. Fidelity counts in the same way
 * where it stands in for the metric, and a language model's divergence (nats) in place of the share of errors. The score is the sum weighted
 * by {@link Objectives}; the smallest wins. Of equals, in this order: the faster, the more accurate, the smaller file,
 * the name.
 *
 * @param ranked front members that pass all gates, the best first
 * @param reason why the first one, in a sentence
 */
public record Recommendation(List<Ranked> ranked, String reason) {
    private static final double ERROR_FLOOR = 0.01;

    /** A trial and its score; 0 is the best on every axis. */
    public record Ranked(TrialStatus trial, double score) {}

    public Recommendation {
        ranked = List.copyOf(ranked);
    }

    /**
     * @param front trials of the front that pass all gates; each has a measurement
     * @param objectives the user's weights
     * @return ranked and explained; an empty ranking for an empty front
     */
    public static Recommendation of(List<TrialStatus> front, Objectives objectives) {
        List<Point> all = front.stream().map(Point::of).toList();
        List<Axis> axes = Axis.shared(all);
        List<Ranked> ranked = front.stream()
                .map(t -> new Ranked(t, score(Point.of(t), all, axes, objectives)))
                .sorted(Comparator.comparingDouble(Ranked::score)
                        .thenComparing(r -> ParetoFront.latency(Point.of(r.trial())))
                        .thenComparing(r -> qualityCost(Point.of(r.trial()), axes))
                        .thenComparing(r -> measured(r.trial()).sizeBytes())
                        .thenComparing(r -> r.trial().name()))
                .toList();
        return new Recommendation(
                ranked, ranked.isEmpty() ? "" : sentence(ranked.getFirst().trial(), ranked.size(), axes, objectives));
    }

    private static double qualityCost(Point p, List<Axis> axes) {
        return axes.stream().filter(Axis::isQuality).mapToDouble(a -> a.cost(p)).sum();
    }

    private static double score(Point p, List<Point> all, List<Axis> axes, Objectives objectives) {
        double sum = 0;
        for (Axis axis : axes) {
            double best = all.stream().mapToDouble(o -> scale(axis, o)).min().orElseThrow();
            sum += weight(axis, objectives) * Math.log(scale(axis, p) / best);
        }
        return sum;
    }

    /** A positive cost whose ratios mean something. */
    private static double scale(Axis axis, Point p) {
        return switch (axis) {
            case MEMORY, SIZE -> Math.max(Floors.MEMORY, axis.cost(p));
            case QUALITY, FIDELITY -> Math.max(0, 1 + axis.cost(p)) + ERROR_FLOOR;
            case DIVERGENCE -> Math.max(0, axis.cost(p)) + ERROR_FLOOR;
            case LATENCY, ENERGY -> Math.max(Double.MIN_NORMAL, axis.cost(p));
        };
    }

    private static int weight(Axis axis, Objectives objectives) {
        return switch (axis) {
            case LATENCY -> objectives.latency();
            case MEMORY, SIZE -> objectives.memory();
            case QUALITY, DIVERGENCE, FIDELITY -> objectives.accuracy();
            case ENERGY -> objectives.energy();
        };
    }

    private static String sentence(TrialStatus best, int size, List<Axis> axes, Objectives objectives) {
        String among = size == 1
                ? "; the only one on the front that passes all gates"
                : "; best by %s among %d on the front".formatted(weights(axes, objectives), size);
        return best.variant() + ": " + gains(best) + among;
    }

    private static String gains(TrialStatus best) {
        Comparison comparison = best.comparison();
        if (comparison == null) {
            return "not compared with the baseline";
        }
        List<String> gains = new ArrayList<>();
        if (comparison.speedup() != null) {
            double speedup = comparison.speedup().value().asDouble();
            gains.add(speedup >= 1 ? "%s faster".formatted(times(speedup)) : "%s the speed".formatted(times(speedup)));
        }
        if (comparison.accuracyRetention() != null) {
            gains.add("keeps " + percent(comparison.accuracyRetention().value()) + " of the accuracy");
        } else if (comparison.fidelity() != null) {
            gains.add("agrees with the baseline on "
                    + percent(comparison.fidelity().value()));
        }
        gains.add(space(measured(best), comparison));
        return String.join(", ", gains);
    }

    private static String space(Measurement measured, Comparison comparison) {
        Decimal memory = comparison.memoryReduction();
        Decimal saved = memory != null ? memory : comparison.sizeReduction();
        String share = percent(Decimal.of(Math.abs(saved.asDouble()))) + (saved.asDouble() >= 0 ? " less " : " more ");
        return memory == null
                ? share + "size, speed not measured"
                : MemoryChange.absolute(measured, memory).orElse(share + "memory");
    }

    private static String weights(List<Axis> axes, Objectives objectives) {
        String weights = String.join(
                " : ",
                axes.stream()
                        .sorted(Comparator.comparing(a -> List.of(
                                        Axis.LATENCY,
                                        Axis.QUALITY,
                                        Axis.DIVERGENCE,
                                        Axis.FIDELITY,
                                        Axis.MEMORY,
                                        Axis.SIZE,
                                        Axis.ENERGY)
                                .indexOf(a)))
                        .filter(a -> weight(a, objectives) > 0)
                        .map(a -> (a.isQuality() ? "accuracy" : a.name().toLowerCase(Locale.ROOT)) + " "
                                + weight(a, objectives))
                        .toList());
        return weights.isEmpty() ? "latency, because no weighted objective was measured for all," : weights;
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, ratio >= 1 ? "%.1fx" : "%.2fx", ratio);
    }

    private static String percent(Decimal share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share.asDouble());
    }

    private static Measurement measured(TrialStatus trial) {
        return Objects.requireNonNull(trial.measurement(), trial::name);
    }
}
