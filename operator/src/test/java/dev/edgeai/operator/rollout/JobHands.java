package dev.edgeai.operator.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.ResolveResult;
import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.operator.delivery.ResolveJob;
import dev.edgeai.operator.delivery.WarmupJob;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.util.List;
import java.util.function.Predicate;

/** Ends Jobs as the Job controller and a kubelet would: warm-ups that find nothing wrong, and looks at a source's tag. */
final class JobHands {
    private static final WarmupResult WARMUP = new WarmupResult(200, 0, Estimate.of(0.97, 0.95, 0.99, 200), 2500, null);
    private static final Failure NO_REGISTRY = new Failure("RegistryUnavailable", "registry:5000 does not answer");

    private final KubernetesClient client;
    private final String namespace;
    private Predicate<Job> running = _ -> true;

    /** What the registry has under every tag; empty: it does not answer. */
    private volatile String tag = RunResults.SOURCE;

    JobHands(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** From now on only these Jobs come to an end; none of the others is half-way when this returns. */
    synchronized void runOnly(Predicate<Job> which) {
        running = which;
    }

    /** From now on every tag has this digest. */
    void moveTag(String digest) {
        tag = digest;
    }

    /** From now on looks at a tag fail. */
    void hideTag() {
        tag = "";
    }

    /** Ends a Job that has not ended and may; probes go on as long as they are wanted. */
    synchronized void finish(Job job) {
        boolean done =
                job.getStatus() != null && !job.getStatus().getConditions().isEmpty();
        String component = component(job);
        if (done || "probe".equals(component) || !running.test(job)) {
            return;
        }
        String name = job.getMetadata().getName() + "-x";
        Pod there = client.pods().inNamespace(namespace).withName(name).get();
        if (there != null) {
            // of an earlier Job of this name: the garbage collector takes it along
            if (!job.getMetadata()
                    .getUid()
                    .equals(there.getMetadata().getOwnerReferences().getFirst().getUid())) {
                client.resource(there).withGracePeriod(0).delete();
            }
            return;
        }
        boolean look = ResolveJob.RESOLVE.equals(component);
        boolean well = !look || !tag.isEmpty();
        Object result = look ? new ResolveResult(tag) : WARMUP;
        told(client.resource(pod(job, name).build()).create(), well ? result : NO_REGISTRY, well);
        end(job, well);
    }

    /** A pod of a Job, not made yet. */
    PodBuilder pod(Job job, String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                .addToLabels("batch.kubernetes.io/job-name", job.getMetadata().getName())
                .withOwnerReferences(ControllerHands.owner(job))
                .endMetadata()
                .withSpec(job.getSpec().getTemplate().getSpec())
                .editSpec()
                .withNodeName("edge-1")
                .endSpec();
    }

    /** As a kubelet tells that a pod's container has ended with this message. */
    void told(Pod pod, Object message, boolean well) {
        String container = component(pod).equals(ResolveJob.RESOLVE) ? ResolveJob.RESOLVE : WarmupJob.WARMUP;
        pod.setStatus(new PodStatusBuilder()
                .withPhase(well ? "Succeeded" : "Failed")
                .addNewContainerStatus()
                .withName(container)
                .withImage("image")
                .withImageID("id")
                .withReady(false)
                .withRestartCount(0)
                .withNewState()
                .withNewTerminated()
                .withExitCode(well ? 0 : 1)
                .withReason(well ? "Completed" : "Error")
                .withMessage(Json.write(message))
                .withStartedAt(ControllerHands.now())
                .withFinishedAt(ControllerHands.now())
                .endTerminated()
                .endState()
                .endContainerStatus()
                .build());
        client.resource(pod).patchStatus();
    }

    /** As the Job controller tells that a Job has ended, whatever became of its pods. */
    void end(Job job, boolean well) {
        client.resource(new JobBuilder(job)
                        .withNewStatus()
                        .withStartTime(ControllerHands.now())
                        .withCompletionTime(well ? ControllerHands.now() : null)
                        .withSucceeded(well ? 1 : null)
                        .withFailed(well ? null : 1)
                        .withConditions(
                                well
                                        ? List.of(condition("SuccessCriteriaMet"), condition("Complete"))
                                        : List.of(condition("FailureTarget"), condition("Failed")))
                        .endStatus()
                        .build())
                .patchStatus();
    }

    private static JobCondition condition(String type) {
        return new JobConditionBuilder()
                .withType(type)
                .withStatus("True")
                .withReason("PodsEnded")
                .withMessage("its pods have ended")
                .withLastTransitionTime(ControllerHands.now())
                .build();
    }

    private static String component(HasMetadata object) {
        return object.getMetadata().getLabels().getOrDefault(Labels.COMPONENT, "");
    }
}
