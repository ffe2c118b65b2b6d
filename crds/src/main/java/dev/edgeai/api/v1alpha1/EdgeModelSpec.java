package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;

import java.util.List;

/** What should run where, and how good it must be. */
public record EdgeModelSpec(
        @Required ModelSource source,
        @Required Task task,
        @Required Evaluation evaluation,
        @Default("{}") Objectives objectives,
        @Default("{}") Gates gates,

        @Required
        @Size(min = 1, max = 16)
        @ValidationRule(
                value = "self.all(a, self.exists_one(b, b.name == a.name))",
                message = "targets: each name may stand only once")
        List<Target> targets,

        @Default("{}") RolloutPolicy rollout,
        @Default("{}") Remediation remediation,

        @SpecReplicas
        @Default("1")
        @Min(0)
        @JsonPropertyDescription(
                "Pods of each served target that sets no serving.replicas; moved by kubectl scale and HPA")
        Integer replicas,

        @Default("false") @JsonPropertyDescription("Nothing moves while true; what serves goes on serving")
        Boolean suspend) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public EdgeModelSpec {
        objectives = objectives == null ? Objectives.defaults() : objectives;
        gates = gates == null ? Gates.defaults() : gates;
        targets = targets == null ? List.of() : List.copyOf(targets);
        rollout = rollout == null ? RolloutPolicy.defaults() : rollout;
        remediation = remediation == null ? Remediation.defaults() : remediation;
        replicas = replicas == null ? 1 : replicas;
        suspend = suspend != null && suspend;
    }
}
