package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.operator.accelerator.NodePool;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.planner.run.Turns;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What makes a run be looked at again: its Jobs and pods, nodes that come and go, and its owner's suspension. */
final class RunTriggers {
    /** The status of a run that has none yet. */
    static final OptimizationRunStatus EMPTY = OptimizationRunStatus.empty();

    private static final String OURS = Labels.MANAGED_BY + "=" + Labels.MANAGER + "," + Labels.RUN;

    private final OperatorEnvironment settings;
    private @Nullable InformerEventSource<Node, OptimizationRun> nodes;
    private @Nullable InformerEventSource<Pod, OptimizationRun> pods;

    RunTriggers(OperatorEnvironment settings) {
        this.settings = settings;
    }

    List<EventSource<?, OptimizationRun>> eventSources(EventSourceContext<OptimizationRun> context) {
        nodes = nodes(context);
        pods = made(Pod.class, context);
        return List.of(made(Job.class, context), pods, nodes, owners(context));
    }

    /** Trials' pods of all runs, as last heard of. */
    List<Turns.TrialPod> trialPods() {
        return pods == null
                ? List.of()
                : pods.list().flatMap(pod -> TrialPods.of(pod).stream()).toList();
    }

    /** The cluster's nodes as last heard of. */
    List<Node> nodes() {
        return nodes == null ? List.of() : nodes.list().toList();
    }

    static RunPhase phase(OptimizationRun run) {
        @Nullable
        RunPhase phase = run.getStatus() == null ? null : run.getStatus().phase();
        return phase == null ? RunPhase.PENDING : phase;
    }

    private static boolean isUnfinished(OptimizationRun run) {
        return switch (phase(run)) {
            case SUCCEEDED, FAILED -> false;
            case PENDING, ASSESSING, BASELINE, SEARCHING, CERTIFYING, SUSPENDED -> true;
        };
    }

    /** Jobs and pods are only a reason to look: what they hold is read when it is needed, so little else is kept. */
    private <R extends HasMetadata> InformerEventSource<R, OptimizationRun> made(
            Class<R> kind, EventSourceContext<OptimizationRun> context) {
        var configuration = InformerEventSourceConfiguration.from(kind, OptimizationRun.class)
                .withName("run-" + kind.getSimpleName().toLowerCase(Locale.ROOT) + "s")
                .withLabelSelector(OURS)
                .withItemStore(new TransformingItemStore<>(RunTriggers::slim))
                .withSecondaryToPrimaryMapper(RunRef::find);
        if (settings.watchNamespaces().isEmpty()) {
            configuration.withWatchAllNamespaces();
        } else {
            Set<String> namespaces = new HashSet<>(settings.watchNamespaces());
            namespaces.add(settings.namespace());
            configuration.withNamespaces(namespaces);
        }
        return new InformerEventSource<>(configuration.build(), context);
    }

    private static <R extends HasMetadata> R slim(R object) {
        object.getMetadata().setManagedFields(List.of());
        object.getMetadata().setAnnotations(Map.of()); // one holds the Job's whole template
        switch (object) {
            case Job job -> {
                job.setSpec(null);
                job.setStatus(null);
            }
            case Pod pod -> TrialPods.slim(pod);
            default -> throw new IllegalArgumentException("not kept: " + object.getKind());
        }
        return object;
    }

    private static InformerEventSource<Node, OptimizationRun> nodes(EventSourceContext<OptimizationRun> context) {
        IndexerResourceCache<OptimizationRun> runs = context.getPrimaryCache();
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Node.class, OptimizationRun.class)
                        .withName("run-nodes")
                        .withWatchAllNamespaces()
                        .withItemStore(new TransformingItemStore<>(NodePool::slim))
                        .withOnUpdateFilter(NodePool::differs)
                        .withSecondaryToPrimaryMapper(_ -> ids(runs, RunTriggers::isUnfinished))
                        .build(),
                context);
    }

    private EventSource<EdgeModel, OptimizationRun> owners(EventSourceContext<OptimizationRun> context) {
        IndexerResourceCache<OptimizationRun> runs = context.getPrimaryCache();
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(EdgeModel.class, OptimizationRun.class)
                        .withName("run-owners")
                        .withNamespacesInheritedFromController()
                        .withOnUpdateFilter((now, before) ->
                                !now.getSpec().suspend().equals(before.getSpec().suspend()))
                        .withSecondaryToPrimaryMapper(
                                model -> ids(runs, run -> isUnfinished(run) && isOwnedBy(run, model)))
                        .build(),
                context);
    }

    private static boolean isOwnedBy(OptimizationRun run, EdgeModel model) {
        return run.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(model.getMetadata().getUid()));
    }

    private static Set<ResourceID> ids(
            IndexerResourceCache<OptimizationRun> runs, Predicate<OptimizationRun> predicate) {
        return runs.list(predicate).map(ResourceID::fromResource).collect(Collectors.toSet());
    }
}
