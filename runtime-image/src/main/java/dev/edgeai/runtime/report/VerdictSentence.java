package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.gate.MemoryChange;
import dev.edgeai.planner.status.Conditions;
import io.fabric8.kubernetes.api.model.Condition;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What came of a run, in a sentence. */
final class VerdictSentence {
    private VerdictSentence() {}

    static String of(ReportedRun run) {
        OptimizationRunStatus status = run.status();
        String hardware =
                Objects.requireNonNullElse(status.accelerator(), run.spec().accelerator());
        Selected selected = status.selected();
        String why = Conditions.find(status.conditions(), Conditions.READY)
                .map(Condition::getMessage)
                .orElse("it has only begun");
        if (status.phase() == RunPhase.FAILED) {
            return "Nothing was chosen for %s: %s.".formatted(hardware, why);
        }
        if (selected == null) {
            return "The run for %s has not ended: %s.".formatted(hardware, why);
        }
        if (selected.trial().equals(TrialStatus.SOURCE)) {
            return "No variant qualified for %s: %s.".formatted(hardware, selected.reason());
        }
        return "%s is %s for %s%s."
                .formatted(
                        selected.variant(),
                        status.certificate() == null ? "chosen, but not certified," : "certified",
                        hardware,
                        gains(status, selected));
    }

    private static String gains(OptimizationRunStatus status, Selected selected) {
        return status.trials().stream()
                .filter(trial -> trial.name().equals(selected.trial()))
                .findFirst()
                .flatMap(trial -> Optional.ofNullable(trial.comparison()).map(c -> ": " + gains(trial, c)))
                .orElse("");
    }

    private static String gains(TrialStatus trial, Comparison comparison) {
        List<String> gains = new ArrayList<>();
        if (comparison.speedup() != null) {
            gains.add("%.2f times as fast as the baseline"
                    .formatted(comparison.speedup().value().asDouble()));
        }
        if (comparison.certifiedRetention() != null) {
            gains.add(Figures.percent(comparison.certifiedRetention().value()) + " of its accuracy kept");
        } else if (comparison.certifiedFidelity() != null) {
            gains.add(Figures.percent(comparison.certifiedFidelity().value()) + " of its answers kept");
        }
        if (comparison.memoryReduction() != null) {
            gains.add(memory(trial, comparison.memoryReduction()));
        }
        gains.add(Figures.percent(comparison.sizeReduction()) + " of its size saved");
        return String.join(", ", gains);
    }

    private static String memory(TrialStatus trial, Decimal saved) {
        return Optional.ofNullable(trial.measurement())
                .flatMap(measured -> MemoryChange.absolute(measured, saved))
                .orElse(Figures.percent(saved) + " of its memory saved");
    }
}
