package dev.edgeai.operator.optimization;

import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Does what node, kubelet and Job controller would do, by writing what they would write. */
final class Kubelet {
    static final String NODE = "edge-1";

    private final KubernetesClient client;

    Kubelet(KubernetesClient client) {
        this.client = client;
    }

    Node readyNode(String accelerator) {
        Node node = new NodeBuilder()
                .withNewMetadata()
                .withName(NODE)
                .addToLabels("edgeai.dev/accelerator", accelerator)
                .endMetadata()
                .build();
        client.resource(node).serverSideApply();
        client.resource(new NodeBuilder(node)
                        .withNewStatus()
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .withReason("KubeletReady")
                        .withMessage("ready")
                        .withLastTransitionTime(now())
                        .endCondition()
                        .endStatus()
                        .build())
                .patchStatus();
        return node;
    }

    /** Starts the Job's pod; the API server checks it against the restricted Pod Security Standard. */
    Pod start(Job job) {
        Pod pod = bind(job);
        return write(
                pod,
                "Running",
                Stream.concat(
                                pod.getSpec().getInitContainers().stream().limit(1),
                                pod.getSpec().getInitContainers().isEmpty()
                                        ? pod.getSpec().getContainers().stream()
                                        : Stream.empty())
                        .map(container -> running(container.getName()))
                        .toList());
    }

    /** The Job's pod on the node, whose containers do not come to be; its status does not tell why. */
    Pod creating(Job job) {
        return write(bind(job), "Pending", List.of());
    }

    private Pod bind(Job job) {
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withGenerateName(job.getMetadata().getName() + "-")
                        .withNamespace(job.getMetadata().getNamespace())
                        .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                        .withOwnerReferences(new OwnerReferenceBuilder()
                                .withApiVersion("batch/v1")
                                .withKind("Job")
                                .withName(job.getMetadata().getName())
                                .withUid(job.getMetadata().getUid())
                                .withController(true)
                                .build())
                        .endMetadata()
                        .withSpec(job.getSpec().getTemplate().getSpec())
                        .editSpec()
                        .withNodeName(NODE)
                        .endSpec()
                        .build())
                .create();
    }

    /** Ends the pod well, with these messages. */
    void succeed(Job job, Pod pod, Map<String, Object> messages) {
        write(
                pod,
                "Succeeded",
                messages.entrySet().stream()
                        .map(message -> ended(message.getKey(), 0, "Completed", Json.write(message.getValue())))
                        .toList());
        finish(
                job,
                "Complete",
                "SuccessCriteriaMet",
                "CompletionsReached",
                "Reached expected number of succeeded pods");
    }

    /** Ends the pod badly, in one container. */
    void fail(Job job, Pod pod, String container, int exitCode, String reason, String message) {
        failPod(pod, container, exitCode, reason, message);
        finish(
                job,
                "Failed",
                "FailureTarget",
                "PodFailurePolicy",
                "Container " + container + " failed with exit code " + exitCode);
    }

    /** Ends the pod badly; its Job has not heard of it. */
    void failPod(Pod pod, String container, int exitCode, String reason, String message) {
        write(pod, "Failed", List.of(ended(container, exitCode, reason, message)));
    }

    private void finish(Job job, String type, String before, String reason, String message) {
        boolean complete = type.equals("Complete");
        client.resource(new JobBuilder(job)
                        .withNewStatus()
                        .withStartTime(now())
                        .withCompletionTime(complete ? now() : null)
                        .withSucceeded(complete ? 1 : null)
                        .withFailed(complete ? null : 1)
                        .addNewCondition()
                        .withType(before)
                        .withStatus("True")
                        .withReason(reason)
                        .withMessage(message)
                        .withLastTransitionTime(now())
                        .endCondition()
                        .addNewCondition()
                        .withType(type)
                        .withStatus("True")
                        .withReason(reason)
                        .withMessage(message)
                        .withLastTransitionTime(now())
                        .endCondition()
                        .endStatus()
                        .build())
                .patchStatus();
    }

    private Pod write(Pod pod, String phase, List<ContainerStatus> statuses) {
        List<String> inits = pod.getSpec().getInitContainers().stream()
                .map(container -> container.getName())
                .toList();
        return client.resource(new PodBuilder(pod)
                        .withNewStatus()
                        .withPhase(phase)
                        .withInitContainerStatuses(statuses.stream()
                                .filter(status -> inits.contains(status.getName()))
                                .toList())
                        .withContainerStatuses(statuses.stream()
                                .filter(status -> !inits.contains(status.getName()))
                                .toList())
                        .endStatus()
                        .build())
                .patchStatus();
    }

    private static ContainerStatus running(String container) {
        return new ContainerStatusBuilder()
                .withName(container)
                .withImage("image")
                .withImageID("id")
                .withReady(false)
                .withRestartCount(0)
                .withNewState()
                .withNewRunning(now())
                .endState()
                .build();
    }

    private static ContainerStatus ended(String container, int exitCode, String reason, String message) {
        return new ContainerStatusBuilder()
                .withName(container)
                .withImage("image")
                .withImageID("id")
                .withReady(false)
                .withRestartCount(0)
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(Objects.requireNonNull(message))
                .withStartedAt(now())
                .withFinishedAt(now())
                .endTerminated()
                .endState()
                .build();
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
