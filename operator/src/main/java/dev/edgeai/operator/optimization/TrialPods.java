package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.job.TrialJob;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.run.Turns.TrialPod;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Pods of trials as far as other namespaces' runs have to know of them: which wait, which have ended. */
final class TrialPods {
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    private TrialPods() {}

    /** What is kept of a pod in memory: its metadata, its node, its phase and when it ended. */
    static void slim(Pod pod) {
        PodSpec spec = pod.getSpec();
        PodStatus status = pod.getStatus();
        pod.setSpec(new PodSpecBuilder()
                .withNodeName(spec == null ? null : spec.getNodeName())
                .build());
        pod.setStatus(new PodStatusBuilder()
                .withPhase(status == null ? null : status.getPhase())
                .withContainerStatuses(ended(pod, status).stream()
                        .map(end -> new ContainerStatusBuilder()
                                .withNewState()
                                .withNewTerminated()
                                .withFinishedAt(end.toString())
                                .endTerminated()
                                .endState()
                                .build())
                        .toList())
                .build());
    }

    /** The pod of a trial, as kept; absent of other pods. */
    static Optional<TrialPod> of(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        if (labels == null || !TrialJob.COMPONENT.equals(labels.get(Labels.COMPONENT))) {
            return Optional.empty();
        }
        boolean waits = "Pending".equals(pod.getStatus().getPhase())
                && pod.getSpec().getNodeName() == null
                && pod.getMetadata().getDeletionTimestamp() == null;
        return Optional.of(new TrialPod(
                pod.getMetadata().getNamespace(),
                labels.getOrDefault(Labels.ACCELERATOR, ""),
                waits,
                ended(pod, pod.getStatus())));
    }

    private static Optional<Instant> ended(Pod pod, PodStatus status) {
        if (status == null || !ENDED.contains(String.valueOf(status.getPhase()))) {
            return Optional.empty();
        }
        return Stream.ofNullable(status.getContainerStatuses())
                .flatMap(statuses -> statuses.stream())
                .flatMap(each -> Stream.ofNullable(each.getState()))
                .flatMap(state -> Stream.ofNullable(state.getTerminated()))
                .flatMap(end -> Times.read(end.getFinishedAt()).stream())
                .max(Comparator.naturalOrder());
    }
}
