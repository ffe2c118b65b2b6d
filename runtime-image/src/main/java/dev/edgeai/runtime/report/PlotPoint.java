package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A measured model in the plot.
 *
 * @param number as in the table of trials; 0 is the baseline
 * @param name for people
 * @param role how it is drawn
 * @param measurement of it
 * @param kept share of the baseline's metric, else of its answers; of the baseline absent
 * @param relativeLatency share of the baseline's, from alternated pairs; absent when it was not timed
 */
record PlotPoint(
        int number,
        String name,
        Role role,
        Measurement measurement,
        @Nullable Estimate kept,
        @Nullable Estimate relativeLatency) {
    /** How a model came out. */
    enum Role {
        BASELINE,
        CHOSEN,
        FRONT,
        OTHER;

        String css() {
            return Figures.word(this).replace("\"", "");
        }
    }

    static List<PlotPoint> of(OptimizationRunStatus status) {
        List<PlotPoint> points = new ArrayList<>();
        if (status.baseline() != null) {
            points.add(new PlotPoint(0, "baseline", Role.BASELINE, status.baseline(), null, itsOwn(status.baseline())));
        }
        int number = 0;
        for (TrialStatus trial : status.trials()) {
            number++;
            if (trial.measurement() != null) {
                points.add(new PlotPoint(
                        number,
                        trial.name(),
                        role(status, trial),
                        trial.measurement(),
                        kept(trial.comparison()),
                        relativeLatency(trial.comparison())));
            }
        }
        return points;
    }

    static Role role(OptimizationRunStatus status, TrialStatus trial) {
        if (status.selected() != null && status.selected().trial().equals(trial.name())) {
            return Role.CHOSEN;
        }
        return status.paretoFront().contains(trial.name()) ? Role.FRONT : Role.OTHER;
    }

    private static @Nullable Estimate itsOwn(Measurement baseline) {
        return baseline.timed() ? Estimate.of(1, 1, 1, Objects.requireNonNullElse(baseline.latencySamples(), 0)) : null;
    }

    private static @Nullable Estimate relativeLatency(@Nullable Comparison comparison) {
        Estimate speedup = comparison == null ? null : comparison.speedup();
        return speedup == null
                ? null
                : Estimate.of(
                        1 / speedup.value().asDouble(),
                        1 / speedup.upper().asDouble(),
                        1 / speedup.lower().asDouble(),
                        speedup.samples());
    }

    private static @Nullable Estimate kept(@Nullable Comparison comparison) {
        if (comparison == null) {
            return null;
        }
        return comparison.accuracyRetention() != null ? comparison.accuracyRetention() : comparison.fidelity();
    }
}
