package dev.edgeai.operator.delivery;

import dev.edgeai.api.v1alpha1.Labels;

import java.util.Map;

/**
 * One target of one EdgeModel.
 *
 * @param namespace of the EdgeModel and of everything made for it
 * @param model name of the EdgeModel
 * @param target name of the target within it
 */
public record TargetRef(String namespace, String model, String target) {
    /** What a pod is for, besides {@link Labels#SERVE}. */
    public static final String WARMUP = "warmup";

    public static final String PROBE = "probe";

    /** Labels of everything made for this target. */
    public Map<String, String> labels() {
        return Map.of(Labels.MANAGED_BY, Labels.MANAGER, Labels.MODEL, model, Labels.TARGET, target);
    }

    /** Selects the serving pods of all revisions. */
    public Map<String, String> anyRevision() {
        return Map.of(Labels.MODEL, model, Labels.TARGET, target, Labels.COMPONENT, Labels.SERVE);
    }

    /** Selects the serving pods of one revision. */
    public Map<String, String> revision(String revision) {
        return Map.of(
                Labels.MODEL, model, Labels.TARGET, target, Labels.COMPONENT, Labels.SERVE, Labels.REVISION, revision);
    }

    @Override
    public String toString() {
        return namespace + "/" + model + "/" + target;
    }
}
