package dev.edgeai.api.v1alpha1.value;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The outcome of a gate or an analysis. Too little data is never a pass. */
public enum Verdict {
    @JsonProperty("Pass")
    PASS,

    @JsonProperty("Fail")
    FAIL,

    @JsonProperty("Inconclusive")
    INCONCLUSIVE,

    /** Of a gate on what the hardware at hand cannot tell; it neither passes nor refuses. */
    @JsonProperty("NotMeasured")
    NOT_MEASURED
}
