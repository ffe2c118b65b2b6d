package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;

/** What follows a rollback. */
public record Remediation(
        @Default("Automatic")
        @JsonPropertyDescription("Automatic tries the next variant of the Pareto front after a rollback")
        RemediationPolicy policy,

        @Default("10m") @Pattern(TimeSpan.PATTERN) @JsonPropertyDescription("Least time between two remediations")
        TimeSpan cooldown) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Remediation {
        policy = policy == null ? RemediationPolicy.AUTOMATIC : policy;
        cooldown = cooldown == null ? new TimeSpan("10m") : cooldown;
    }

    @SuppressWarnings("NullAway")
    public static Remediation defaults() {
        return new Remediation(null, null);
    }
}
