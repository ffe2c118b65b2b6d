package dev.edgeai.operator.model;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.operator.accelerator.NodePool;
import dev.edgeai.operator.delivery.ResolveJob;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.ownership.Ownership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What makes an EdgeModel be looked at: its spec and annotations, its objects, and each measurement. */
final class ModelTriggers implements OwnedObjects.Cache {
    private static final String OURS = Labels.MANAGED_BY + "=" + Labels.MANAGER + "," + Labels.MODEL;

    /** Trial pods carry the model's label too. */
    private static final String OUR_PODS = OURS + "," + Labels.COMPONENT + " in (" + Labels.SERVE + ","
            + TargetRef.WARMUP + "," + TargetRef.PROBE + "," + ResolveJob.RESOLVE + ")";

    private static final String OUR_JOBS = OURS + "," + Labels.COMPONENT + " in (" + TargetRef.WARMUP + ","
            + TargetRef.PROBE + "," + ResolveJob.RESOLVE + ")";

    private final Map<Class<?>, InformerEventSource<?, EdgeModel>> informers = new ConcurrentHashMap<>();
    private @Nullable InformerEventSource<Node, EdgeModel> nodes;
    private final SimpleInboundEventSource<EdgeModel> measured = new SimpleInboundEventSource<>("measurements");

    List<EventSource<?, EdgeModel>> eventSources(EventSourceContext<EdgeModel> context) {
        List<EventSource<?, EdgeModel>> sources = new ArrayList<>();
        sources.add(measured);
        sources.add(informer(context, OptimizationRun.class, OURS));
        sources.add(informer(context, Deployment.class, OURS));
        // the Deployment controller copies the labels of the pod template
        sources.add(informer(context, ReplicaSet.class, OURS));
        sources.add(informer(context, Pod.class, OUR_PODS));
        sources.add(informer(context, Service.class, OURS));
        // the EndpointSlice controller copies the Service's labels
        sources.add(informer(context, EndpointSlice.class, Labels.MODEL + "," + Labels.TARGET));
        sources.add(informer(context, Job.class, OUR_JOBS));
        sources.add(informer(context, PodDisruptionBudget.class, OURS));
        nodes = nodes(context);
        sources.add(nodes);
        return sources;
    }

    /** The cluster's nodes as last heard of. */
    List<Node> nodes() {
        return nodes == null ? List.of() : nodes.list().toList();
    }

    /** A node that is cordoned or lost concerns the models that have pods on it. */
    private InformerEventSource<Node, EdgeModel> nodes(EventSourceContext<EdgeModel> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Node.class, EdgeModel.class)
                        .withName("model-nodes")
                        .withWatchAllNamespaces()
                        .withItemStore(new TransformingItemStore<>(NodePool::slim))
                        .withOnUpdateFilter(NodePool::differs)
                        .withSecondaryToPrimaryMapper(this::modelsOn)
                        .build(),
                context);
    }

    private Set<ResourceID> modelsOn(Node node) {
        @Nullable InformerEventSource<?, EdgeModel> pods = informers.get(Pod.class);
        return pods == null
                ? Set.of()
                : pods.list()
                        .map(Pod.class::cast)
                        .filter(pod -> pod.getSpec() != null
                                && node.getMetadata()
                                        .getName()
                                        .equals(pod.getSpec().getNodeName()))
                        .flatMap(pod -> models(pod).stream())
                        .collect(Collectors.toSet());
    }

    /** A measurement of the target is there. */
    void measured(TargetRef target) {
        measured.propagateEvent(new ResourceID(target.model(), target.namespace()));
    }

    @Override
    public Optional<HasMetadata> seen(HasMetadata object) {
        @Nullable InformerEventSource<?, EdgeModel> source = informers.get(object.getClass());
        return source == null
                ? Optional.empty()
                : source.get(ResourceID.fromResource(object)).map(HasMetadata.class::cast);
    }

    /**
     * Shows an object that was just written, although its event has not come yet. Where what a controller made of it is
     * known already, that stays: no event would come to put the older answer right.
     */
    @Override
    public void written(HasMetadata object) {
        @Nullable InformerEventSource<?, EdgeModel> source = informers.get(object.getClass());
        if (source != null) {
            remember(source, object);
        }
    }

    @SuppressWarnings("unchecked") // the map's key is the class of the source's objects
    private static <R extends HasMetadata> void remember(InformerEventSource<R, EdgeModel> source, HasMetadata object) {
        ResourceID id = ResourceID.fromResource(object);
        R written = (R) object;
        if (source.get(id).isPresent()) {
            // Were the cached one given as the one before, it would be taken for older whatever its version
            source.handleRecentResourceUpdate(id, written, written);
        } else {
            source.handleRecentResourceCreate(id, written);
        }
    }

    private <R extends HasMetadata> EventSource<R, EdgeModel> informer(
            EventSourceContext<EdgeModel> context, Class<R> type, String selector) {
        InformerEventSource<R, EdgeModel> source = new InformerEventSource<>(
                InformerEventSourceConfiguration.from(type, EdgeModel.class)
                        .withName("model-" + type.getSimpleName().toLowerCase(Locale.ROOT) + "s")
                        .withNamespacesInheritedFromController()
                        .withLabelSelector(selector)
                        .withSecondaryToPrimaryMapper(ModelTriggers::models)
                        .build(),
                context);
        informers.put(type, source);
        return source;
    }

    /**
     * The EdgeModel that owns it and the one that its label names: labels can be changed by hand, and pods and
     * EndpointSlices are owned by something between.
     */
    static Set<ResourceID> models(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        Optional<String> labelled = Optional.ofNullable(labels).map(l -> l.get(Labels.MODEL));
        Optional<String> owner = Ownership.controller(object)
                .filter(o -> HasMetadata.getKind(EdgeModel.class).equals(o.getKind()))
                .map(OwnerReference::getName);
        return Stream.concat(owner.stream(), labelled.stream())
                .map(name -> new ResourceID(name, object.getMetadata().getNamespace()))
                .collect(Collectors.toSet());
    }

    /** Lets changes of the spec and of annotations through, and keeps the operator's own status writes out. */
    static final class WishesChanged implements OnUpdateFilter<EdgeModel> {
        @Override
        public boolean accept(EdgeModel after, EdgeModel before) {
            return !Objects.equals(
                            after.getMetadata().getGeneration(),
                            before.getMetadata().getGeneration())
                    || !Objects.equals(
                            after.getMetadata().getAnnotations(),
                            before.getMetadata().getAnnotations())
                    || after.isMarkedForDeletion();
        }
    }
}
