package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a model is at, in one word; the least settled first. */
public enum ModelPhase {
    @JsonProperty("RollingBack")
    ROLLING_BACK,

    @JsonProperty("Stalled")
    STALLED,

    @JsonProperty("ScaledToZero")
    SCALED_TO_ZERO,

    @JsonProperty("Pending")
    PENDING,

    @JsonProperty("Optimizing")
    OPTIMIZING,

    @JsonProperty("Preparing")
    PREPARING,

    @JsonProperty("Warming")
    WARMING,

    @JsonProperty("Ramping")
    RAMPING,

    @JsonProperty("AwaitingPromotion")
    AWAITING_PROMOTION,

    @JsonProperty("Promoting")
    PROMOTING,

    @JsonProperty("Paused")
    PAUSED,

    @JsonProperty("Baking")
    BAKING,

    @JsonProperty("Serving")
    SERVING,

    @JsonProperty("Bundled")
    BUNDLED
}
