package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.planner.Fingerprints;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run may take over from others of its namespace, so that nothing is measured twice.
 *
 * @param extent how much of it
 * @param images that measure now
 * @param runs of the same EdgeModel, the newest first, then those of others; the status of each is the operator's own
 */
public record Heritage(Extent extent, OperatorConfig.Images images, List<Ancestor> runs) {
    /** Of a run without a model. */
    public static final Heritage NONE =
            new Heritage(Extent.NOTHING, new OperatorConfig.Images("", Map.of(), ""), List.of());

    public Heritage {
        runs = List.copyOf(runs);
    }

    /** How much a run inherits. */
    public enum Extent {
        /** What was measured under the same conditions; it is judged by this run's own gates. */
        MEASUREMENTS,
        /** All that the last good run of the same inputs found: only the certificates are made anew. */
        EVERYTHING,
        /** A person asked for another try. */
        NOTHING
    }

    /**
     * Another run.
     *
     * @param name of the run
     * @param spec of the run
     * @param status of the run
     * @param repository where its variants are, {@code registry/repository}
     */
    public record Ancestor(String name, OptimizationRunSpec spec, OptimizationRunStatus status, String repository) {
        private boolean hasEnded() {
            return status.phase() == RunPhase.SUCCEEDED || status.phase() == RunPhase.FAILED;
        }

        private boolean hasMeasured() {
            Assessment assessed = status.assessment();
            return assessed != null
                    && status.baseline() != null
                    && status.accelerator() != null
                    && status.sourceDigest() != null
                    && status.datasetDigest() != null
                    && status.trials().stream().anyMatch(t -> t.measurement() != null);
        }

        /** Evidence of earlier releases does not, and was taken of one inference at a time. */
        private boolean saysHowItWasServed() {
            Measurement baseline = status.baseline();
            return baseline != null && (baseline.concurrency() != null || !baseline.timed());
        }

        /** Where they would be now: after a change of the registry they are elsewhere. */
        private boolean choseWhatIsThere() {
            Selected selected = status.selected();
            return status.phase() == RunPhase.SUCCEEDED
                    && selected != null
                    && selected.artifact().startsWith(repository + "@");
        }
    }

    /**
     * Where a run's variants are. What its status notes counts within its namespace's part of the registry only: else
     * whoever may write a status could have another tenant's artifacts measured and signed for this one, and after a change
     * of the registry they are not there.
     *
     * @param noted in its status, when it began with those of another model
     * @param own of its own model
     */
    public static String repository(@Nullable String noted, String own) {
        return noted != null && folder(noted).equals(folder(own)) ? noted : own;
    }

    private static String folder(String repository) {
        return repository.substring(0, Math.max(0, repository.lastIndexOf('/')));
    }

    /** The run whose certificates are to be signed anew. */
    Optional<Ancestor> signed(OptimizationRunSpec spec) {
        String inputs = Fingerprints.canonicalJson(spec);
        return runs.stream()
                .filter(_ -> extent == Extent.EVERYTHING)
                .filter(run -> run.hasMeasured() && run.choseWhatIsThere())
                .filter(run -> Fingerprints.canonicalJson(RunInputs.compared(run.spec(), run.status(), spec))
                        .equals(inputs))
                .findFirst();
    }

    /** The newest that measured something under these conditions. */
    Optional<Ancestor> measured(String conditions) {
        return runs.stream()
                .filter(_ -> extent == Extent.MEASUREMENTS)
                .filter(run -> run.hasEnded() && run.hasMeasured() && run.saysHowItWasServed())
                .filter(run -> conditions.equals(run.status().measuredUnder()))
                .findFirst();
    }

    /**
     * Names all that measurements depend on; what only judges them (gates, objectives) and what follows when none passes is
     * left out. Resources and threads of the profile also say how many inferences run at once. The search counts as a
     * whole: its frameworks and strategy say what is measured, its time how long a trial may take.
     *
     * @param profile of the hardware the run is bound to
     * @param repository where its variants are; those of one namespace are side by side, so that only their folder counts
     */
    String conditions(OptimizationRunSpec spec, AcceleratorProfile profile, String repository) {
        return Fingerprints.hex(
                16,
                Fingerprints.canonicalJson(List.of(
                        spec.source(),
                        spec.task(),
                        spec.evaluation(),
                        spec.accelerator(),
                        spec.search(),
                        spec.seed(),
                        profile.name(),
                        profile.platform(),
                        profile.nodeSelector(),
                        profile.resources(),
                        profile.frameworks(),
                        profile.threads(),
                        images.runtime(),
                        images.optimizers(),
                        folder(repository))));
    }
}
