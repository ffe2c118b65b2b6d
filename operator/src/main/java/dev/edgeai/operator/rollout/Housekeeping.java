package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.observation.TargetObjects;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What may go: everything of a target that is wanted no more, and old runs that nothing refers to. */
public final class Housekeeping {
    /** Runs kept for people to look at, beside those that are in use. */
    private static final int KEPT_RUNS = 3;

    private Housekeeping() {}

    /** Everything that serves: of a removed target, or of one that became a bundle. Its own dependents follow. */
    public static List<HasMetadata> serving(TargetObjects objects) {
        return Stream.<List<? extends HasMetadata>>of(
                        objects.services(), objects.deployments(), objects.jobs(), objects.budgets())
                .<HasMetadata>flatMap(List::stream)
                .filter(object -> object.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    /** What serves besides the stable version: a removed target that serves on has no rollout to watch a candidate. */
    public static List<HasMetadata> besidesStable(TargetObjects objects, String stable) {
        return serving(objects).stream()
                .filter(object -> object instanceof Deployment
                                && !label(object, Labels.REVISION).equals(stable)
                        || object instanceof Job)
                .toList();
    }

    /**
     * Runs that nothing refers to any more: of the targets that are there those beyond the newest few, of others all. In
     * use by any target are the current run and those that a version came from (its lineage).
     *
     * @param statuses of all targets
     * @param runs of all targets
     */
    public static List<OptimizationRun> oldRuns(List<TargetStatus> statuses, List<OptimizationRun> runs) {
        Set<String> used = statuses.stream().flatMap(Housekeeping::used).collect(Collectors.toSet());
        Set<String> present = statuses.stream().map(TargetStatus::name).collect(Collectors.toSet());
        Map<String, List<OptimizationRun>> unused = runs.stream()
                .filter(run -> !used.contains(run.getMetadata().getName()))
                .filter(run -> run.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(
                                (OptimizationRun run) -> run.getMetadata().getCreationTimestamp())
                        .reversed())
                .collect(Collectors.groupingBy(run -> label(run, Labels.TARGET)));
        return unused.entrySet().stream()
                .flatMap(of -> of.getValue().stream().skip(present.contains(of.getKey()) ? KEPT_RUNS : 0))
                .toList();
    }

    /** Names of runs that a target stands on. */
    public static Stream<String> used(TargetStatus status) {
        return Stream.concat(
                Stream.ofNullable(status.run()),
                Stream.of(status.stable(), status.candidate(), status.previous())
                        .filter(Objects::nonNull)
                        .map(Version::run));
    }

    private static String label(HasMetadata object, String name) {
        return Optional.ofNullable(object.getMetadata().getLabels())
                .map(labels -> labels.get(name))
                .orElse("");
    }
}
