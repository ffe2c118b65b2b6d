package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.observation.TargetObjects;
import io.fabric8.kubernetes.api.model.HasMetadata;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** What may go: everything of a target that is wanted no more, and old runs that nothing refers to. */
final class Housekeeping {
    /** Runs kept for people to look at, beside those that are in use. */
    private static final int KEPT_RUNS = 3;

    private Housekeeping() {}

    /** Everything that serves: of a removed target, or of one that became a bundle. Its own dependents follow. */
    static List<HasMetadata> serving(TargetObjects objects) {
        return Stream.<List<? extends HasMetadata>>of(
                        objects.services(), objects.deployments(), objects.jobs(), objects.budgets())
                .<HasMetadata>flatMap(List::stream)
                .filter(object -> object.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    /** Runs beyond the newest few, except the current one and those that a version in use came from (its lineage). */
    static List<OptimizationRun> oldRuns(TargetStatus status, List<OptimizationRun> runs) {
        Set<String> used = new HashSet<>();
        Stream.of(status.stable(), status.candidate(), status.previous())
                .filter(Objects::nonNull)
                .map(Version::run)
                .forEach(used::add);
        if (status.run() != null) {
            used.add(status.run());
        }
        return runs.stream()
                .filter(run -> !used.contains(run.getMetadata().getName()))
                .filter(run -> run.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(
                                (OptimizationRun run) -> run.getMetadata().getCreationTimestamp())
                        .reversed())
                .skip(KEPT_RUNS)
                .toList();
    }
}
