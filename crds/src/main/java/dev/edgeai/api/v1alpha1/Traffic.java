package dev.edgeai.api.v1alpha1;

import io.fabric8.generator.annotation.Default;

/** What makes the weights of the ramp true. */
public record Traffic(@Default("Service") TrafficProvider provider) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Traffic {
        provider = provider == null ? TrafficProvider.SERVICE : provider;
    }

    static Traffic defaults() {
        return new Traffic(TrafficProvider.SERVICE);
    }
}
