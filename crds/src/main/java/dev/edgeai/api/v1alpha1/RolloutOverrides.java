package dev.edgeai.api.v1alpha1;

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
        @Nullable
        List<RampStep> ramp,

        @Nullable Promotion promotion,
        @Nullable Warmup warmup,
        @Nullable Analysis analysis,
        @Pattern(TimeSpan.PATTERN) @Nullable TimeSpan bake,
        @Pattern(TimeSpan.PATTERN) @Nullable TimeSpan progressDeadline,
        @Nullable Traffic traffic,
        @Nullable Probes probes) {

    /** The rollout policy that holds for this target. */
    public RolloutPolicy over(RolloutPolicy base) {
        return new RolloutPolicy(
                ramp != null ? ramp : base.ramp(),
                promotion != null ? promotion : base.promotion(),
                warmup != null ? warmup : base.warmup(),
                analysis != null ? analysis : base.analysis(),
                bake != null ? bake : base.bake(),
                progressDeadline != null ? progressDeadline : base.progressDeadline(),
                traffic != null ? traffic : base.traffic(),
                probes != null ? probes : base.probes());
    }
}
