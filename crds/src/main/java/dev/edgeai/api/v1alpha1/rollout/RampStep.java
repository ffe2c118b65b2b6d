package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

import java.util.List;

/** One step of the traffic ramp. */
public record RampStep(
        @Required
        @ValidationRule(
                value = "self >= 1 && self <= 99",
                message = "rollout.ramp.weight must be from 1 to 99; full weight follows the last step by itself")
        @JsonPropertyDescription("Percent of the requests that go to the new version")
        Integer weight,

        @Default("30s")
        @Pattern(TimeSpan.PATTERN)
        @JsonPropertyDescription("Least time at this weight, with passing analysis")
        TimeSpan hold) {
    /** CEL: weights rise from step to step. */
    static final String RISING =
            "self.map(s, s.weight).isSorted() && self.all(s, self.exists_one(t, t.weight == s.weight))";

    static final List<RampStep> DEFAULT =
            List.of(new RampStep(10, new TimeSpan("30s")), new RampStep(50, new TimeSpan("60s")));

    @SuppressWarnings({"NullAway", "ConstantValue"})
    public RampStep {
        hold = hold == null ? new TimeSpan("30s") : hold;
    }
}
