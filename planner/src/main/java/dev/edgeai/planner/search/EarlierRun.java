package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.ModelFormat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A run that ended well, as far as another can learn from it.
 *
 * @param name of the run
 * @param accelerator it was measured on
 * @param format of its source
 * @param architecture of its source
 * @param best names of its trials, the chosen one first, then the others of its front
 */
public record EarlierRun(
        String name, String accelerator, ModelFormat format, Architecture architecture, List<String> best) {
    public EarlierRun {
        best = List.copyOf(best);
    }

    /** Of a run's status; absent when it chose no variant. */
    public static Optional<EarlierRun> of(String name, OptimizationRunStatus status) {
        Assessment model = status.assessment();
        if (!status.foundVariant() || model == null || status.accelerator() == null) {
            return Optional.empty();
        }
        String chosen = Objects.requireNonNull(status.selected()).trial();
        List<String> best = new ArrayList<>(List.of(chosen));
        status.paretoFront().stream().filter(t -> !t.equals(chosen)).forEach(best::add);
        return Optional.of(new EarlierRun(name, status.accelerator(), model.format(), model.architecture(), best));
    }

    public boolean teaches(Assessment model, String on) {
        return accelerator.equals(on) && format == model.format() && architecture == model.architecture();
    }
}
