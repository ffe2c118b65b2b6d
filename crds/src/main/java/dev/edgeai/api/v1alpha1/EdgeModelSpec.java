package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.rollout.Remediation;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.rollout.Serving;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;

import java.util.List;

/** What should run where, and how good it must be. */
public record EdgeModelSpec(
        @Required @JsonPropertyDescription("Where the original model lies")
        ModelSource source,

        @Required @JsonPropertyDescription("What the model is for; decides how its answers are compared")
        Task task,

        @Required @JsonPropertyDescription("What the quality of a variant is measured with")
        Evaluation evaluation,

        @Default("{}")
        @JsonPropertyDescription(
                "Weights by which one variant of the Pareto front is chosen; only their proportions matter")
        Objectives objectives,

        @Default("{}") @JsonPropertyDescription("What a variant must reach to be certified")
        Gates gates,

        @Required
        @Size(min = 1, max = 16)
        @ValidationRule(
                value = "self.all(a, self.exists_one(b, b.name == a.name))",
                message = "targets: each name may stand only once")
        @JsonPropertyDescription(
                "Classes of hardware the model should run on, each with a search and a rollout of its own")
        List<Target> targets,

        @Default("{}") @JsonPropertyDescription("How a certified variant takes over from the one that serves")
        RolloutPolicy rollout,

        @Default("{}") @JsonPropertyDescription("What follows a rollback")
        Remediation remediation,

        @SpecReplicas
        @Default("1")
        @Min(0)
        @Max(Serving.MOST_REPLICAS)
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
