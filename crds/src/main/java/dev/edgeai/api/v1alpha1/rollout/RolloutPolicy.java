package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.util.List;

/** How a certified variant takes over from the one that serves. */
@RecordBuilder
public record RolloutPolicy(
        @Default("[{\"weight\": 10, \"hold\": \"30s\"}, {\"weight\": 50, \"hold\": \"60s\"}]")
        @Size(max = 16)
        @ValidationRule(value = RampStep.RISING, message = "rollout.ramp: weights must rise from step to step")
        @JsonPropertyDescription("Steps before full weight, rising")
        List<RampStep> ramp,

        @Default("Automatic") @JsonPropertyDescription("Manual waits for the annotation edgeai.dev/promote=<revision>")
        Promotion promotion,

        @Default("{}") @JsonPropertyDescription("Verified requests before any user is sent to the new version")
        Warmup warmup,

        @Default("{}") @JsonPropertyDescription("How live metrics decide about the new version")
        Analysis analysis,

        @Default("10m")
        @Pattern(TimeSpan.PATTERN)
        @JsonPropertyDescription("After promotion the previous version stays up this long and a rollback is instant")
        TimeSpan bake,

        @Default("10m")
        @Pattern(TimeSpan.PATTERN)
        @ValidationRule(value = TimeSpan.SOME, message = TimeSpan.SOME_MESSAGE)
        @JsonPropertyDescription("Longest time for the new pods to become ready, and for the warm-up to end")
        TimeSpan progressDeadline,

        @Default("{}") @JsonPropertyDescription("What makes the weights of the ramp true")
        Traffic traffic,

        @Default("{}")
        @JsonPropertyDescription("Verified requests during the ramp and the bake, so that a quiet model can be judged")
        Probes probes,

        @Default("ServeSource")
        @JsonPropertyDescription(
                "What serves when no variant passes the gates and none serves yet: ServeSource measures the source itself "
                        + "and certifies it as what it is, until a variant passes; Nothing. Of a target that is served")
        WhenNoneQualifies whenNoneQualifies) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public RolloutPolicy {
        ramp = ramp == null ? RampStep.DEFAULT : List.copyOf(ramp);
        promotion = promotion == null ? Promotion.AUTOMATIC : promotion;
        warmup = warmup == null ? Warmup.defaults() : warmup;
        analysis = analysis == null ? Analysis.defaults() : analysis;
        bake = bake == null ? new TimeSpan("10m") : bake;
        progressDeadline = progressDeadline == null ? new TimeSpan("10m") : progressDeadline;
        traffic = traffic == null ? Traffic.defaults() : traffic;
        probes = probes == null ? Probes.defaults() : probes;
        whenNoneQualifies = whenNoneQualifies == null ? WhenNoneQualifies.SERVE_SOURCE : whenNoneQualifies;
    }

    @SuppressWarnings("NullAway")
    public static RolloutPolicy defaults() {
        return RolloutPolicyBuilder.builder().build();
    }
}
