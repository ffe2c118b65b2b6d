package dev.edgeai.planner.front;

import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The trials no other trial beats: one that is at least as good on every axis and better on one removes another. Axes:
 * latency and energy per inference, both as a share of the baseline's of the same trial, as every trial has a node and an
 * hour of its own; memory footprint (file size where no memory was measured); task metric (else, for language models, the
 * divergence from the baseline, else fidelity to it). An axis counts only when every trial has it, and energy only when all
 * found it by the same method. Measured values are compared as they are, without their intervals:
 * "not clearly different" is not transitive, so a front built on it would depend on the order of the trials
 * (docs/decisions/pareto-front.md). Equals do not remove each other.
 */
public final class ParetoFront {
    /**
     * A trial on its axes.
     *
     * @param trial name
     * @param measurement of the variant
     * @param comparison with the baseline; absent for the baseline itself
     */
    public record Point(
            String trial, Measurement measurement, @Nullable Comparison comparison) {
        /** Of a trial that was measured. */
        public static Point of(TrialStatus t) {
            return new Point(t.name(), Objects.requireNonNull(t.measurement(), t::name), t.comparison());
        }

        /** Latency as a share of the baseline's, from alternated pairs; empty when it was not timed. */
        OptionalDouble relativeLatency() {
            if (comparison == null) {
                return measurement.timed() ? OptionalDouble.of(1) : OptionalDouble.empty();
            }
            return comparison.speedup() == null
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(1 / comparison.speedup().value().asDouble());
        }

        /** Energy as a share of the baseline's of the same trial; empty when it is not known. */
        OptionalDouble relativeEnergy() {
            if (comparison == null) {
                return measurement.joulesPerInference() == null ? OptionalDouble.empty() : OptionalDouble.of(1);
            }
            return comparison.energyRatio() == null
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(comparison.energyRatio().asDouble());
        }

        Optional<Comparison> compared() {
            return Optional.ofNullable(comparison);
        }

        Optional<Estimate> divergence() {
            return compared().map(Comparison::language).map(Comparison.Language::klDivergence);
        }

        Optional<Estimate> fidelity() {
            return compared().map(Comparison::fidelity);
        }
    }

    /** The members of the front, by rising latency and then by name, whatever the order of the points. */
    public static List<Point> of(List<Point> points) {
        List<Axis> axes = Axis.shared(points);
        return points.stream()
                .filter(p -> points.stream().noneMatch(other -> dominates(other, p, axes)))
                .sorted(Comparator.comparingDouble(ParetoFront::latency).thenComparing(Point::trial))
                .toList();
    }

    /** As a share of the baseline's, for an order in which what was not timed comes last. */
    public static double latency(Point p) {
        return p.relativeLatency().orElse(Double.POSITIVE_INFINITY);
    }

    /** Whether {@code a} is at least as good as {@code b} on every axis and better on one. */
    static boolean dominates(Point a, Point b, List<Axis> axes) {
        boolean better = false;
        for (Axis axis : axes) {
            int order = Double.compare(axis.cost(a), axis.cost(b));
            if (order > 0) {
                return false;
            }
            better |= order < 0;
        }
        return better;
    }

    /** What is compared; a cost is better when it is smaller. */
    public enum Axis {
        LATENCY,
        MEMORY,
        QUALITY,
        /** Quality of a language model without a task metric. */
        DIVERGENCE,
        /** Quality where there is neither. */
        FIDELITY,
        ENERGY,
        SIZE;

        /** The axes that all of these have; of the three that tell quality the first one. */
        public static List<Axis> shared(List<Point> points) {
            List<Measurement> all = points.stream().map(Point::measurement).toList();
            List<Axis> axes = new ArrayList<>();
            if (points.stream().allMatch(p -> p.relativeLatency().isPresent())) {
                axes.add(LATENCY);
            }
            axes.add(all.stream().allMatch(m -> m.footprintBytes().isPresent()) ? MEMORY : SIZE);
            if (all.stream().allMatch(m -> m.quality() != null)) {
                axes.add(QUALITY);
            } else if (points.stream().allMatch(p -> p.divergence().isPresent())) {
                axes.add(DIVERGENCE);
            } else if (points.stream().allMatch(p -> p.fidelity().isPresent())) {
                axes.add(FIDELITY);
            }
            Stream<EnergyMethod> methods =
                    all.stream().map(Measurement::energyMethod).filter(Objects::nonNull);
            if (points.stream().allMatch(p -> p.relativeEnergy().isPresent())
                    && all.stream().allMatch(m -> m.energyMethod() != null)
                    && methods.distinct().count() <= 1) {
                axes.add(ENERGY);
            }
            return axes;
        }

        /** Whether it is the one that tells quality. */
        boolean isQuality() {
            return this == QUALITY || this == DIVERGENCE || this == FIDELITY;
        }

        public double cost(Point p) {
            Measurement m = p.measurement();
            return switch (this) {
                case LATENCY -> latency(p);
                case MEMORY -> m.footprintBytes().orElseThrow();
                case QUALITY -> -Objects.requireNonNull(m.quality()).value().asDouble();
                case DIVERGENCE -> p.divergence().orElseThrow().value().asDouble();
                case FIDELITY -> -p.fidelity().orElseThrow().value().asDouble();
                case ENERGY -> p.relativeEnergy().orElseThrow();
                case SIZE -> m.sizeBytes();
            };
        }
    }

    private ParetoFront() {}
}
