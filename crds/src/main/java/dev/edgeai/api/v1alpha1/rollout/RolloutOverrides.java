package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** Rollout of one target; what is absent is taken from {@code spec.rollout}. */
@RecordBuilder
public record RolloutOverrides(
        @Size(max = 16)
        @ValidationRule(value = RampStep.RISING, message = "rollout.ramp: weights must rise from step to step")
        @JsonPropertyDescription("Steps before full weight, rising")
        @Nullable
        List<RampStep> ramp,

        @JsonPropertyDescription("Manual waits for the annotation edgeai.dev/promote=<revision>") @Nullable
        Promotion promotion,

        @JsonPropertyDescription("Verified requests before any user is sent to the new version") @Nullable
        Warmup warmup,

        @JsonPropertyDescription("How live metrics decide about the new version") @Nullable
        Analysis analysis,

        @Pattern(TimeSpan.PATTERN)
        @JsonPropertyDescription("After promotion the previous version stays up this long and a rollback is instant")
        @Nullable
        TimeSpan bake,

        @Pattern(TimeSpan.PATTERN)
        @ValidationRule(value = TimeSpan.SOME, message = TimeSpan.SOME_MESSAGE)
        @JsonPropertyDescription("Longest time for the new pods to become ready, and for the warm-up to end")
        @Nullable
        TimeSpan progressDeadline,

        @JsonPropertyDescription("What makes the weights of the ramp true") @Nullable
        Traffic traffic,

        @JsonPropertyDescription("Verified requests during the ramp and the bake, so that a quiet model can be judged")
        @Nullable
        Probes probes,

        @JsonPropertyDescription("What serves when no variant passes the gates and none serves yet") @Nullable
        WhenNoneQualifies whenNoneQualifies) {

    /** The rollout policy that holds for this target. */
    public RolloutPolicy over(RolloutPolicy base) {
        return RolloutPolicyBuilder.builder()
                .ramp(ramp != null ? ramp : base.ramp())
                .promotion(promotion != null ? promotion : base.promotion())
                .warmup(warmup != null ? warmup : base.warmup())
                .analysis(analysis != null ? analysis : base.analysis())
                .bake(bake != null ? bake : base.bake())
                .progressDeadline(progressDeadline != null ? progressDeadline : base.progressDeadline())
                .traffic(traffic != null ? traffic : base.traffic())
                .probes(probes != null ? probes : base.probes())
                .whenNoneQualifies(whenNoneQualifies != null ? whenNoneQualifies : base.whenNoneQualifies())
                .build();
    }
}
