package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What makes the weights of a rollout true. */
public enum TrafficProvider {
    /** The share of ready pods behind one Service; works on any cluster. */
    @JsonProperty("Service")
    SERVICE
}
