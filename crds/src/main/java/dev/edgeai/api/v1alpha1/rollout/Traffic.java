package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** What makes the weights of the ramp true. */
public record Traffic(
        @Default("Service") @JsonPropertyDescription("Service: the share of ready pods is the weight")
        TrafficProvider provider,

        @Default("0")
        @Min(0)
        @Max(99)
        @JsonPropertyDescription("Pods of stable that may be added during the ramp, so that small weights are possible")
        Integer surge) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Traffic {
        provider = provider == null ? TrafficProvider.SERVICE : provider;
        surge = surge == null ? 0 : surge;
    }

    static Traffic defaults() {
        return new Traffic(TrafficProvider.SERVICE, 0);
    }
}
