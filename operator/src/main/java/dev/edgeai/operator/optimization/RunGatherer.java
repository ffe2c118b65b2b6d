package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.planner.run.Heritage.Extent;
import dev.edgeai.planner.search.EarlierRun;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes the picture of a run. Jobs and pods are read from the API server and not from a cache: a cache that lags behind
 * shows a Job that was just deleted, and its old failure would be counted for the new attempt.
 *
 * @param client the API server
 * @param seals tells the operator's Jobs from others
 * @param namespace of the operator, where certify Jobs are
 * @param nodes the cluster's nodes; these may lag
 * @param runs all runs; these may lag
 */
record RunGatherer(
        KubernetesClient client,
        Seals seals,
        String namespace,
        Supplier<List<Node>> nodes,
        Supplier<List<OptimizationRun>> runs) {

    RunSnapshot gather(OptimizationRun run, Instant now) {
        RunRef ref = RunRef.of(run);
        JobNames names = new JobNames(ref, namespace, seals);
        Map<Boolean, List<Job>> jobs =
                inBothNamespaces(ref, this::jobs).stream().collect(Collectors.partitioningBy(names::isOurs));
        List<Job> ours = jobs.getOrDefault(true, List.of());
        List<Pod> pods = ours.isEmpty() ? List.of() : inBothNamespaces(ref, this::pods);
        return RunSnapshotBuilder.builder()
                .run(ref)
                .accelerator(run.getSpec().accelerator())
                .extent(extent(run))
                .suspended(isOwnerSuspended(run))
                .jobs(ours.stream().map(job -> made(job, pods, now)).toList())
                .foreignJobs(jobs.getOrDefault(false, List.of()).stream()
                        .map(Foreign::of)
                        .toList())
                .nodes(nodes.get())
                .earlier(earlier(run))
                .relatives(relatives(run))
                .time(now)
                .build();
    }

    private MadeJob made(Job job, List<Pod> pods, Instant now) {
        return MadeJob.of(
                job,
                pods,
                seals,
                now,
                uid -> StartEvents.of(client, job.getMetadata().getNamespace(), uid));
    }

    /** By name, so that the same runs teach the same. */
    private List<EarlierRun> earlier(OptimizationRun run) {
        return others(run)
                .flatMap(other -> Optional.ofNullable(other.getStatus())
                        .filter(status -> status.phase() == RunPhase.SUCCEEDED)
                        .flatMap(status -> EarlierRun.of(other.getMetadata().getName(), status))
                        .stream())
                .sorted(Comparator.comparing(EarlierRun::name))
                .toList();
    }

    /** How much the run was made to inherit. */
    private static Extent extent(OptimizationRun run) {
        Map<String, String> annotations = run.getMetadata().getAnnotations();
        @Nullable String said = annotations == null ? null : annotations.get(Labels.INHERITS);
        if (Labels.EVERYTHING.equals(said)) {
            return Extent.EVERYTHING;
        }
        return Labels.NOTHING.equals(said) ? Extent.NOTHING : Extent.MEASUREMENTS;
    }

    /**
     * The other runs of the very model that owns it, the newest first, then those of other models of its namespace; a run
     * without owner has none.
     */
    private List<OptimizationRun> relatives(OptimizationRun run) {
        Optional<String> model = model(run);
        if (model.isEmpty()) {
            return List.of();
        }
        return others(run)
                .filter(other -> model(other).isPresent() && other.getStatus() != null)
                .sorted(Comparator.comparing((OptimizationRun other) -> model.equals(model(other)))
                        .thenComparing(other -> other.getMetadata().getCreationTimestamp())
                        .thenComparing(other -> other.getMetadata().getName())
                        .reversed())
                .toList();
    }

    /** Of the same namespace, without those that are being deleted. */
    private Stream<OptimizationRun> others(OptimizationRun run) {
        ObjectMeta own = run.getMetadata();
        return runs.get().stream()
                .filter(other -> other.getMetadata().getNamespace().equals(own.getNamespace())
                        && !other.getMetadata().getUid().equals(own.getUid())
                        && other.getMetadata().getDeletionTimestamp() == null);
    }

    /** UID of the EdgeModel that owns a run. */
    private static Optional<String> model(OptimizationRun run) {
        return run.getMetadata().getOwnerReferences().stream()
                .filter(owner -> "EdgeModel".equals(owner.getKind()) && Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .map(OwnerReference::getUid);
    }

    private <T extends HasMetadata> List<T> inBothNamespaces(RunRef run, Function<Selection, List<T>> list) {
        return Stream.of(run.namespace(), namespace)
                .distinct()
                .flatMap(where -> list.apply(new Selection(where, run)).stream())
                .filter(run::owns)
                .toList();
    }

    private List<Job> jobs(Selection selection) {
        return client.batch()
                .v1()
                .jobs()
                .inNamespace(selection.namespace())
                .withLabels(selection.labels())
                .list()
                .getItems();
    }

    private List<Pod> pods(Selection selection) {
        return client.pods()
                .inNamespace(selection.namespace())
                .withLabels(selection.labels())
                .list()
                .getItems();
    }

    private boolean isOwnerSuspended(OptimizationRun run) {
        return run.getMetadata().getOwnerReferences().stream()
                .filter(owner -> "EdgeModel".equals(owner.getKind()) && Boolean.TRUE.equals(owner.getController()))
                .anyMatch(owner -> {
                    @Nullable
                    EdgeModel model = client.resources(EdgeModel.class)
                            .inNamespace(run.getMetadata().getNamespace())
                            .withName(owner.getName())
                            .get();
                    return model != null && model.getSpec().suspend();
                });
    }

    private record Selection(String namespace, RunRef run) {
        Map<String, String> labels() {
            return Map.of(Labels.MANAGED_BY, Labels.MANAGER, Labels.RUN_UID, run.uid());
        }
    }
}
