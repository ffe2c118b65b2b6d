package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.job.TrialJob;
import dev.edgeai.operator.pod.ContainerEnd;
import dev.edgeai.operator.pod.PodStatuses;
import dev.edgeai.planner.run.Turns.TrialPod;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Pods of trials as far as other namespaces' runs have to know of them: which wait, which have ended. */
final class TrialPods {
    private TrialPods() {}

    /** What is kept of a pod in memory: its metadata, its node, its phase and when it ended. */
    static void slim(Pod pod) {
        PodSpec spec = pod.getSpec();
        pod.setSpec(new PodSpecBuilder()
                .withNodeName(spec == null ? null : spec.getNodeName())
                .build());
        pod.setStatus(new PodStatusBuilder()
                .withPhase(PodStatuses.phase(pod).orElse(null))
                .withContainerStatuses(ended(pod).stream()
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
        boolean waits = PodStatuses.phase(pod).filter("Pending"::equals).isPresent()
                && pod.getSpec().getNodeName() == null
                && pod.getMetadata().getDeletionTimestamp() == null;
        return Optional.of(new TrialPod(
                pod.getMetadata().getNamespace(), labels.getOrDefault(Labels.ACCELERATOR, ""), waits, ended(pod)));
    }

    private static Optional<Instant> ended(Pod pod) {
        return Stream.of(pod)
                .filter(PodStatuses::hasEnded)
                .flatMap(PodStatuses::containers)
                .flatMap(container -> ContainerEnd.of(pod, container).stream())
                .flatMap(end -> end.time().stream())
                .max(Comparator.naturalOrder());
    }
}
