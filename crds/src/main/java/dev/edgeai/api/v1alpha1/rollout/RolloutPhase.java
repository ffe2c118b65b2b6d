package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The state of a target's rollout; see docs/rollout.md. */
public enum RolloutPhase {
    @JsonProperty("Idle")
    IDLE,

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

    @JsonProperty("Baking")
    BAKING,

    @JsonProperty("RollingBack")
    ROLLING_BACK,

    @JsonProperty("Paused")
    PAUSED
}
