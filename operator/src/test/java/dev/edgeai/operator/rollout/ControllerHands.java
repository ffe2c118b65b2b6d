package dev.edgeai.operator.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.observation.ServerStub;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Does what the Deployment, EndpointSlice and Job controllers and a kubelet would do, by writing what they would write;
 * behind each pod stands a server that answers users, well or badly.
 */
final class ControllerHands implements AutoCloseable {
    /** What its Jobs come to. */
    final JobHands jobs;

    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, ServerStub> servers = new ConcurrentHashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Map<String, Failure> refusing = new ConcurrentHashMap<>();
    private final ScheduledExecutorService hands = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("controllers").factory());

    ControllerHands(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        this.jobs = new JobHands(client, namespace);
        hands.scheduleWithFixedDelay(this::work, 0, 50, TimeUnit.MILLISECONDS);
    }

    /** From now on the model of this artifact digest fails every second request. */
    void failRequestsOf(String digest) {
        failing.add(digest);
    }

    /** Requests to pods of this runtime image fail, whatever they serve. */
    void failRequestsOfImage(String image) {
        failing.add(image);
    }

    /** Pods of this artifact digest refuse to load it. */
    void refuse(String digest, Failure why) {
        refusing.put(digest, why);
    }

    /** A pod that somebody makes by hand with the labels of a version's, and that says what they like. */
    void forge(String name, PodTemplateSpec like, @Nullable Failure refusal) {
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .withLabels(like.getMetadata().getLabels())
                        .endMetadata()
                        .withSpec(like.getSpec())
                        .build())
                .create();
        pod.setStatus(refusal == null ? ready() : refused(refusal));
        client.resource(pod).patchStatus();
    }

    /** From now on only these Jobs come to an end. */
    void runOnly(Predicate<Job> which) {
        jobs.runOnly(which);
    }

    void accept(String digest) {
        refusing.remove(digest);
        failing.remove(digest);
    }

    @Override
    public void close() {
        hands.shutdownNow();
        servers.values().forEach(ServerStub::close);
    }

    private void work() {
        try {
            List<Deployment> deployments =
                    client.apps().deployments().inNamespace(namespace).list().getItems();
            deployments.forEach(this::run);
            removeOrphans(deployments);
            client.services().inNamespace(namespace).list().getItems().forEach(this::endpoints);
            client.batch().v1().jobs().inNamespace(namespace).list().getItems().forEach(jobs::finish);
            users();
        } catch (KubernetesClientException _) {
            // something changed meanwhile; the next round sees it
        }
    }

    private void run(Deployment deployment) {
        int replicas = deployment.getSpec().getReplicas();
        ReplicaSet set = replicaSet(deployment);
        for (int i = 0; i < 8; i++) {
            String name = deployment.getMetadata().getName() + "-" + i;
            Pod pod = client.pods().inNamespace(namespace).withName(name).get();
            if (i < replicas && pod == null) {
                start(name, deployment.getSpec().getTemplate(), owner(set));
            } else if (i >= replicas && pod != null) {
                stop(pod);
            }
        }
        told(deployment, replicas);
    }

    private ReplicaSet replicaSet(Deployment deployment) {
        String name = deployment.getMetadata().getName() + "-1";
        ReplicaSet there = client.apps()
                .replicaSets()
                .inNamespace(namespace)
                .withName(name)
                .get();
        boolean isOurs = there != null
                && there.getMetadata()
                        .getOwnerReferences()
                        .getFirst()
                        .getUid()
                        .equals(deployment.getMetadata().getUid());
        if (there != null && !isOurs) {
            client.resource(there).delete(); // of a Deployment that was deleted: the garbage collector's
        }
        return isOurs
                ? there
                : client.resource(new ReplicaSetBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withNamespace(namespace)
                                .withLabels(deployment
                                        .getSpec()
                                        .getTemplate()
                                        .getMetadata()
                                        .getLabels())
                                .withOwnerReferences(owner(deployment))
                                .endMetadata()
                                .withNewSpec()
                                .withReplicas(deployment.getSpec().getReplicas())
                                .withSelector(deployment.getSpec().getSelector())
                                .withTemplate(deployment.getSpec().getTemplate())
                                .endSpec()
                                .build())
                        .create();
    }

    /** As the Deployment controller keeps it, once it has seen the spec. */
    private void told(Deployment deployment, int replicas) {
        DeploymentStatus status = new DeploymentStatusBuilder()
                .withObservedGeneration(deployment.getMetadata().getGeneration())
                .withReplicas(replicas)
                .withUpdatedReplicas(replicas)
                .build();
        DeploymentStatus before = deployment.getStatus();
        boolean known = before != null
                && status.getObservedGeneration().equals(before.getObservedGeneration())
                && status.getUpdatedReplicas().equals(before.getUpdatedReplicas());
        if (!known) {
            deployment.setStatus(status);
            client.resource(deployment).patchStatus();
        }
    }

    /** As the garbage collector does; what never had an owner it lets be. */
    private void removeOrphans(List<Deployment> deployments) {
        Set<String> alive =
                deployments.stream().map(d -> d.getMetadata().getUid()).collect(Collectors.toSet());
        Set<String> sets = client.apps().replicaSets().inNamespace(namespace).list().getItems().stream()
                .filter(set -> isOwned(set, alive))
                .map(set -> set.getMetadata().getUid())
                .collect(Collectors.toSet());
        pods().stream()
                .filter(pod -> !pod.getMetadata().getOwnerReferences().isEmpty())
                .filter(pod -> !isOwned(pod, sets))
                .forEach(this::stop);
    }

    private static boolean isOwned(HasMetadata object, Set<String> owners) {
        return object.getMetadata().getOwnerReferences().stream().anyMatch(owner -> owners.contains(owner.getUid()));
    }

    private void start(String name, PodTemplateSpec template, OwnerReference owner) {
        String revision = template.getMetadata().getLabels().getOrDefault(Labels.REVISION, "");
        ServerStub server = serve(name, revision);
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .withLabels(template.getMetadata().getLabels())
                        .withOwnerReferences(owner)
                        .endMetadata()
                        .withSpec(template.getSpec())
                        .editSpec()
                        .withNodeName("edge-1")
                        // the kubelet gives each pod an address of its own; here each has a port of its own
                        .editFirstContainer()
                        .editFirstPort()
                        .withContainerPort(server.port())
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        Failure refusal = refusing.get(digest(pod));
        pod.setStatus(refusal == null ? ready() : refused(refusal));
        client.resource(pod).patchStatus();
    }

    private ServerStub serve(String pod, String revision) {
        return servers.computeIfAbsent(pod, _ -> {
            try {
                return new ServerStub(revision);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void stop(Pod pod) {
        client.resource(pod).withGracePeriod(0).delete();
        ServerStub server = servers.remove(pod.getMetadata().getName());
        if (server != null) {
            server.close();
        }
    }

    /** Users call whatever a stable Service selects. */
    private void users() {
        for (Pod pod : pods()) {
            ServerStub server = servers.get(pod.getMetadata().getName());
            if (server != null) {
                server.answered(10, 0.002);
                String image = pod.getSpec().getContainers().getFirst().getImage();
                if (failing.contains(digest(pod)) || failing.contains(image)) {
                    server.failed(10);
                }
            }
        }
    }

    private List<Pod> pods() {
        return client.pods()
                .inNamespace(namespace)
                .withLabel(Labels.COMPONENT, "serve")
                .list()
                .getItems();
    }

    private void endpoints(Service service) {
        EndpointSliceBuilder slice = new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(service.getMetadata().getName() + "-slice")
                .withNamespace(namespace)
                .withLabels(service.getMetadata().getLabels())
                .addToLabels("kubernetes.io/service-name", service.getMetadata().getName())
                .withOwnerReferences(owner(service))
                .endMetadata()
                .withAddressType("IPv4");
        int host = 1;
        for (Pod pod : pods()) {
            if (selects(service, pod)) {
                slice.addNewEndpoint()
                        .withAddresses("10.1.0." + host++)
                        .withNewConditions()
                        .withReady(isReady(pod))
                        .endConditions()
                        .withNewTargetRef()
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withNamespace(namespace)
                        .endTargetRef()
                        .endEndpoint();
            }
        }
        client.resource(slice.build()).forceConflicts().serverSideApply();
    }

    private static boolean selects(Service service, Pod pod) {
        return pod.getMetadata()
                .getLabels()
                .entrySet()
                .containsAll(service.getSpec().getSelector().entrySet());
    }

    private static PodStatus ready() {
        return new PodStatusBuilder()
                .withPhase("Running")
                .withPodIP("127.0.0.1")
                .addNewPodIP("127.0.0.1")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .build();
    }

    private static PodStatus refused(Failure why) {
        return new PodStatusBuilder()
                .withPhase("Pending")
                .addNewInitContainerStatus()
                .withName("load")
                .withImage("image")
                .withImageID("id")
                .withReady(false)
                .withRestartCount(1)
                .withNewState()
                .withNewWaiting()
                .withReason("CrashLoopBackOff")
                .withMessage("back-off 10s restarting failed container")
                .endWaiting()
                .endState()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(1)
                .withReason("Error")
                .withMessage(Json.write(why))
                .withStartedAt(now())
                .withFinishedAt(now())
                .endTerminated()
                .endLastState()
                .endInitContainerStatus()
                .build();
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private static String digest(Pod pod) {
        List<String> arguments = pod.getSpec().getInitContainers().getFirst().getArgs();
        String artifact = arguments.get(arguments.indexOf("--artifact") + 1);
        return artifact.substring(artifact.indexOf('@') + 1);
    }

    static OwnerReference owner(HasMetadata object) {
        return new OwnerReferenceBuilder()
                .withApiVersion(object.getApiVersion())
                .withKind(object.getKind())
                .withName(object.getMetadata().getName())
                .withUid(object.getMetadata().getUid())
                .withController(true)
                .build();
    }

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
