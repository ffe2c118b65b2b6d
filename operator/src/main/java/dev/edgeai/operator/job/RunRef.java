package dev.edgeai.operator.job;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.planner.run.JobKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which run something belongs to.
 *
 * @param namespace of the run
 * @param name of the run
 * @param uid of the run
 * @param model label {@code edgeai.dev/model} of the run, if it has one
 */
public record RunRef(String namespace, String name, String uid, Optional<String> model) {
    public static RunRef of(OptimizationRun run) {
        return new RunRef(
                run.getMetadata().getNamespace(),
                run.getMetadata().getName(),
                run.getMetadata().getUid(),
                Optional.ofNullable(run.getMetadata().getLabels()).map(labels -> labels.get(Labels.MODEL)));
    }

    /**
     * Name of a certify Job. It stands beside those of all namespaces, where the same inputs give runs the same name, so
     * it carries the run's uid.
     */
    public String certifyJob(JobKey key) {
        return key.jobName(certifying());
    }

    /** What stands before the names of its certify Jobs. */
    public String certifying() {
        return name + "-" + uid.substring(0, Math.min(8, uid.length()));
    }

    /** As the controller knows it. */
    public ResourceID id() {
        return new ResourceID(name, namespace);
    }

    /** The run that a Job or a pod belongs to, by its labels. */
    public static Set<ResourceID> find(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        if (labels == null || !labels.containsKey(Labels.RUN)) {
            return Set.of();
        }
        String namespace =
                labels.getOrDefault(Labels.RUN_NAMESPACE, object.getMetadata().getNamespace());
        return Set.of(new ResourceID(labels.get(Labels.RUN), namespace));
    }

    /** Whether a Job or a pod belongs to this very run, not to an earlier one of the same name. */
    public boolean owns(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels != null && uid.equals(labels.get(Labels.RUN_UID));
    }

    /** Labels of everything made for a trial of the run. */
    public Map<String, String> labels(String component, String trial, String accelerator) {
        Map<String, String> labels = new HashMap<>(Map.of(
                Labels.MANAGED_BY, Labels.MANAGER,
                Labels.COMPONENT, component,
                Labels.RUN, name,
                Labels.RUN_NAMESPACE, namespace,
                Labels.RUN_UID, uid,
                Labels.TRIAL, trial,
                Labels.ACCELERATOR, accelerator));
        model.ifPresent(value -> labels.put(Labels.MODEL, value));
        return Map.copyOf(labels);
    }

    /** Makes the run the owner of what stands in its namespace. */
    public OwnerReference owner() {
        return new OwnerReferenceBuilder()
                .withApiVersion("edgeai.dev/v1alpha1")
                .withKind("OptimizationRun")
                .withName(name)
                .withUid(uid)
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
