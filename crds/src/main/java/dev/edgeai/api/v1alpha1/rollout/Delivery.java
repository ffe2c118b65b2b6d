package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where the winner goes: served in the cluster, or a signed bundle for devices outside it. */
public enum Delivery {
    @JsonProperty("Serve")
    SERVE,

    @JsonProperty("Bundle")
    BUNDLE
}
