package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.Measurement;
import dev.edgeai.api.v1alpha1.Measurement.EnergyMethod;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The trials no other trial beats: one that is at least as good on every axis and better on one removes another. Axes:
 * median latency, memory footprint (file size where no memory was measured), task metric, energy per inference. An axis counts only when every trial has it, and
 * energy only when all found it by the same method. Measured values are compared as they are, without their intervals:
 * "not clearly different" is not transitive, so a front built on it would depend on the order of the trials
 * (docs/decisions/pareto-front.md). Equals do not remove each other.
 */
public final class ParetoFront {
    /**
     * A trial on its axes.
     *
     * @param trial name
     * @param measurement of the variant
     */
    public record Point(String trial, Measurement measurement) {}

    /** The members of the front, by rising latency and then by name, whatever the order of the points. */
    public static List<Point> of(List<Point> points) {
        List<Axis> axes = Axis.shared(points.stream().map(Point::measurement).toList());
        return points.stream()
                .filter(p -> points.stream().noneMatch(other -> dominates(other, p, axes)))
                .sorted(Comparator.comparingLong((Point p) -> latency(p.measurement()))
                        .thenComparing(Point::trial))
                .toList();
    }

    /** For an order in which what was not timed comes last. */
    static long latency(Measurement m) {
        return Objects.requireNonNullElse(m.latencyP50Micros(), Long.MAX_VALUE);
    }

    /** Whether {@code a} is at least as good as {@code b} on every axis and better on one. */
    static boolean dominates(Point a, Point b, List<Axis> axes) {
        boolean better = false;
        for (Axis axis : axes) {
            int order = Double.compare(axis.cost(a.measurement()), axis.cost(b.measurement()));
            if (order > 0) {
                return false;
            }
            better |= order < 0;
        }
        return better;
    }

    /** What is compared; a cost is better when it is smaller. */
    enum Axis {
        LATENCY,
        MEMORY,
        QUALITY,
        ENERGY,
        SIZE;

        /** The axes that all of these have. */
        static List<Axis> shared(List<Measurement> all) {
            List<Axis> axes = new ArrayList<>();
            if (all.stream().allMatch(Measurement::timed)) {
                axes.add(LATENCY);
            }
            axes.add(all.stream().allMatch(m -> m.footprintBytes().isPresent()) ? MEMORY : SIZE);
            if (all.stream().allMatch(m -> m.quality() != null)) {
                axes.add(QUALITY);
            }
            Stream<EnergyMethod> methods =
                    all.stream().map(Measurement::energyMethod).filter(Objects::nonNull);
            if (all.stream().allMatch(m -> m.joulesPerInference() != null && m.energyMethod() != null)
                    && methods.distinct().count() <= 1) {
                axes.add(ENERGY);
            }
            return axes;
        }

        double cost(Measurement m) {
            return switch (this) {
                case LATENCY -> latency(m);
                case MEMORY -> m.footprintBytes().orElseThrow();
                case QUALITY -> -Objects.requireNonNull(m.quality()).value().asDouble();
                case ENERGY -> Objects.requireNonNull(m.joulesPerInference()).asDouble();
                case SIZE -> m.sizeBytes();
            };
        }
    }

    private ParetoFront() {}
}
