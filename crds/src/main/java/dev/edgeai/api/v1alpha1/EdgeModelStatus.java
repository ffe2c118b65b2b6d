package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.source.SourceTag;
import dev.edgeai.api.v1alpha1.value.Decimal;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** What serves where, and what is on its way. */
@RecordBuilder
public record EdgeModelStatus(
        @JsonPropertyDescription("Generation of the spec that the status is of") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Ready, Reconciling, Stalled, Optimized, Degraded, SourceMoved: see docs/status.md")
        List<Condition> conditions,

        @JsonPropertyDescription("Resolved digest of the source") @Nullable
        String sourceDigest,

        @JsonPropertyDescription("Phase of the least settled target") @Nullable
        ModelPhase phase,

        @JsonPropertyDescription("Variant that serves; with several targets, of the first that serves") @Nullable
        String variant,

        @JsonPropertyDescription("Certified speedup of that variant over the model as it is") @Nullable
        Decimal speedup,

        @JsonPropertyDescription("Certified share of the model's task metric that it keeps") @Nullable
        Decimal accuracyRetention,

        @JsonPropertyDescription("Percent of the traffic on the newest version") @Nullable
        Integer weight,

        @JsonPropertyDescription("Of each target: what serves, and what is on its way")
        List<TargetStatus> targets,

        @StatusReplicas
        @JsonPropertyDescription("Ready pods of the stable version, of the target that has most of them among those "
                + "that follow spec.replicas. Not the sum: an autoscaler multiplies it and writes spec.replicas")
        @Nullable
        Integer replicas,

        @LabelSelector
        @JsonPropertyDescription("Pods that an autoscaler counts: those of the serving revision")
        @Nullable
        String selector,

        @JsonPropertyDescription("The tag of the source, where it has one that can move") @Nullable
        SourceTag sourceTag,

        @JsonPropertyDescription("The way from the source to its users, read as the stages of a delivery pipeline: "
                + "where the newest inputs are, and what what serves rests on")
        List<Stage> stages) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public EdgeModelStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        targets = targets == null ? List.of() : List.copyOf(targets);
        stages = stages == null ? List.of() : List.copyOf(stages);
    }

    /** One stage; with several targets, that of the target which is least far. */
    public record Stage(
            @JsonPropertyDescription("Which") StageName name,

            @JsonPropertyDescription(
                    "Pending, Running, Waiting (for a person), Passed, Failed, Skipped (a bundle is not deployed here)")
            StageState state,

            @JsonPropertyDescription("When it came into this state, with this evidence")
            String since,

            @JsonPropertyDescription(
                    "Digest that it rests on: of the source, the chosen variant, its certificate, what is deployed")
            @Nullable
            String evidence,

            @JsonPropertyDescription("What goes on or what it waits for, in a sentence") @Nullable
            String message) {}

    /** In their order. */
    public enum StageName {
        @JsonProperty("ModelValidation")
        MODEL_VALIDATION,

        @JsonProperty("Optimization")
        OPTIMIZATION,

        @JsonProperty("Testing")
        TESTING,

        @JsonProperty("StagingDeployment")
        STAGING_DEPLOYMENT,

        @JsonProperty("ProductionDeployment")
        PRODUCTION_DEPLOYMENT,

        @JsonProperty("Monitoring")
        MONITORING
    }

    /** What most asks for attention first. */
    public enum StageState {
        @JsonProperty("Failed")
        FAILED,

        @JsonProperty("Waiting")
        WAITING,

        @JsonProperty("Running")
        RUNNING,

        @JsonProperty("Pending")
        PENDING,

        @JsonProperty("Passed")
        PASSED,

        @JsonProperty("Skipped")
        SKIPPED
    }
}
