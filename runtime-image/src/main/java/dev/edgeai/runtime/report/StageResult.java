package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a stage of the search brought.
 *
 * @param name of the stage
 * @param trials of it
 */
record StageResult(String name, List<TrialStatus> trials) {
    /** The stages that have trials, in their order; trials without one come last. */
    static Stream<StageResult> of(OptimizationRunStatus status) {
        return Stream.concat(Arrays.stream(Stage.values()).map(Optional::of), Stream.of(Optional.<Stage>empty()))
                .map(stage -> new StageResult(
                        stage.map(Figures::word).orElse("not told"),
                        status.trials().stream()
                                .filter(t -> !t.ofSource() && Objects.equals(t.stage(), stage.orElse(null)))
                                .toList()))
                .filter(stage -> !stage.trials().isEmpty());
    }

    /** Name, trials, those that passed, the fastest of these with its speed-up and what it keeps. */
    String[] cells() {
        List<TrialStatus> passed =
                trials.stream().filter(t -> t.phase() == TrialPhase.ACCEPTED).toList();
        Optional<TrialStatus> best = passed.stream().max(Comparator.comparingDouble(StageResult::speed));
        Optional<Comparison> comparison = best.map(TrialStatus::comparison);
        return new String[] {
            name,
            Integer.toString(trials.size()),
            Integer.toString(passed.size()),
            best.map(TrialStatus::name).orElse(Figures.NONE),
            Figures.estimate(comparison.map(Comparison::speedup).orElse(null)),
            Figures.estimate(comparison.map(StageResult::kept).orElse(null))
        };
    }

    private static @Nullable Estimate kept(Comparison c) {
        return c.accuracyRetention() != null ? c.accuracyRetention() : c.fidelity();
    }

    private static double speed(TrialStatus trial) {
        Comparison c = trial.comparison();
        return c == null || c.speedup() == null ? 0 : c.speedup().value().asDouble();
    }
}
