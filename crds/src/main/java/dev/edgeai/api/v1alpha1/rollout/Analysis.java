package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import java.util.List;

/** How live metrics decide about the new version. */
public record Analysis(
        @Default("10s")
        @Pattern(TimeSpan.PATTERN)
        @ValidationRule(value = TimeSpan.SOME, message = TimeSpan.SOME_MESSAGE)
        @JsonPropertyDescription("Time between two measurements")
        TimeSpan interval,

        @Default(
                "[{\"name\": \"error-rate\", \"max\": \"0.01\"}, {\"name\": \"latency-p95\", \"maxRatioToStable\": \"1.25\"}]")
        @Size(max = 16)
        @JsonPropertyDescription("What is measured, and the limits; each must pass")
        List<AnalysisMetric> metrics,

        @Default("0s")
        @Pattern(TimeSpan.PATTERN)
        @JsonPropertyDescription("Time in each step before the first measurement")
        TimeSpan initialDelay,

        @Default("\"0.01\"")
        @Pattern("^0\\.[0-9]*[1-9][0-9]*$")
        @JsonPropertyDescription(
                "Share of the versions that keep every limit which one rollout may take back by chance, over all limits, "
                        + "steps and looks")
        Decimal falseAlarmRate,

        @Default("false")
        @JsonPropertyDescription(
                "Whether a step ends before its hold once its requests prove, at the same rate, that each limit is kept")
        Boolean endStepsEarly) {
    private static final Decimal ONE_PERCENT = Decimal.of("0.01");

    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Analysis {
        interval = interval == null ? new TimeSpan("10s") : interval;
        metrics = metrics == null ? AnalysisMetric.DEFAULT : List.copyOf(metrics);
        initialDelay = initialDelay == null ? new TimeSpan("0s") : initialDelay;
        falseAlarmRate = falseAlarmRate == null ? ONE_PERCENT : falseAlarmRate;
        endStepsEarly = endStepsEarly != null && endStepsEarly;
    }

    @SuppressWarnings("NullAway")
    static Analysis defaults() {
        return new Analysis(null, null, null, null, null);
    }

    /** These metrics, everything else as by default. */
    @SuppressWarnings("NullAway")
    public static Analysis of(List<AnalysisMetric> metrics) {
        return new Analysis(null, metrics, null, null, null);
    }
}
