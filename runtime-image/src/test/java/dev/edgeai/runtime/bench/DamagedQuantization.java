package dev.edgeai.runtime.bench;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.source.MeasurementSettings;
import dev.edgeai.api.v1alpha1.source.MeasurementSettingsBuilder;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.gate.GateEvaluation;
import dev.edgeai.runtime.measure.MeasureSettings;
import dev.edgeai.runtime.measure.Measurer;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.measure.WorkFolder;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Measures the variants in trial folders and says what each gate on quality makes of them. */
final class DamagedQuantization {
    private static final Set<Gate> QUALITY =
            EnumSet.of(Gate.MIN_ACCURACY_RETENTION, Gate.MAX_KL_DIVERGENCE, Gate.MAX_PERPLEXITY_INCREASE);

    public static void main(String[] folders) {
        boolean refused = false;
        MeasureSettings settings = MeasureSettings.of(
                MeasurementSettingsBuilder.builder(MeasurementSettings.defaults())
                        .prompts(600)
                        .build(),
                null,
                null);
        for (String folder : folders) {
            WorkFolder work = new WorkFolder(Path.of(folder));
            System.out.println(work.spec().trial());
            TrialResult result = new Measurer(
                            work, settings, (_, _) -> "sha256:none", new Progress(new PrintWriter(System.out, true)))
                    .run();
            List<GateResult> quality = GateEvaluation.evaluate(
                            Gates.defaults(),
                            Objects.requireNonNull(result.variant()),
                            Objects.requireNonNull(result.comparison()))
                    .stream()
                    .filter(gate -> gate.isOf(QUALITY))
                    .toList();
            quality.forEach(gate -> System.out.printf("  %s: %s (%s)%n", gate.name(), gate.verdict(), gate.message()));
            refused = quality.stream().anyMatch(gate -> gate.verdict() == Verdict.FAIL);
        }
        System.out.println(refused ? "the last is refused for its quality" : "the last is not refused for its quality");
        System.exit(refused ? 0 : 1);
    }

    private DamagedQuantization() {}
}
