package dev.edgeai.api.v1alpha1.rollout;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.value.Decimal;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** One metric and its thresholds. Counts mean what they mean in Argo Rollouts' AnalysisTemplate. */
@ValidationRule(
        value = "has(self.max) || has(self.min) || has(self.maxRatioToStable)",
        message = "analysis.metrics: give max, min or maxRatioToStable")
@ValidationRule(
        value = "has(self.prometheus) || self.name in ['error-rate', 'latency-p50', 'latency-p95', 'latency-p99']",
        message = "analysis.metrics.name must be error-rate, latency-p50, latency-p95 or latency-p99, "
                + "or bring a prometheus query of its own")
@ValidationRule(
        value = "!has(self.prometheus) || !has(self.maxRatioToStable)",
        message =
                "analysis.metrics: maxRatioToStable works with built-in metrics; put the ratio into the query instead")
@RecordBuilder
public record AnalysisMetric(
        @Required
        @JsonPropertyDescription(
                "error-rate, latency-p50, latency-p95 or latency-p99; any other with a query of its own")
        String name,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Highest value; seconds for latencies, a share for error-rate")
        @Nullable
        Decimal max,

        @Pattern(Decimal.NON_NEGATIVE) @JsonPropertyDescription("Lowest value") @Nullable
        Decimal min,

        @Pattern(Decimal.NON_NEGATIVE)
        @JsonPropertyDescription("Highest ratio to the stable version over the same window")
        @Nullable
        Decimal maxRatioToStable,

        @Min(0)
        @JsonPropertyDescription(
                "Failed measurements tolerated in one rollout; absent: 0 of a built-in metric, which fails on evidence, "
                        + "1 of a query of one's own")
        Integer failureLimit,

        @Default("4") @Min(0) @JsonPropertyDescription("Measurements in a row that may fail to be read")
        Integer consecutiveErrorLimit,

        @Min(0)
        @JsonPropertyDescription(
                "Inconclusive measurements tolerated in one rollout before the version is taken back; absent: any number")
        @Nullable
        Integer inconclusiveLimit,

        @JsonPropertyDescription("A query instead of a built-in metric") @Nullable
        PrometheusQuery prometheus) {
    static final List<AnalysisMetric> DEFAULT =
            List.of(builtIn("error-rate", Decimal.of("0.01"), null), builtIn("latency-p95", null, Decimal.of("1.25")));

    @SuppressWarnings({"NullAway", "ConstantValue"})
    public AnalysisMetric {
        failureLimit = failureLimit == null ? prometheus == null ? 0 : 1 : failureLimit;
        consecutiveErrorLimit = consecutiveErrorLimit == null ? 4 : consecutiveErrorLimit;
    }

    @SuppressWarnings("NullAway") // null takes a default
    private static AnalysisMetric builtIn(String name, @Nullable Decimal max, @Nullable Decimal maxRatioToStable) {
        return new AnalysisMetric(name, max, null, maxRatioToStable, null, null, null, null);
    }

    /** A PromQL query that yields one number. */
    public record PrometheusQuery(
            @Required @JsonPropertyDescription("PromQL; ${namespace}, ${revision} and ${stableRevision} are filled in")
            String query,

            @JsonPropertyDescription("Default: the operator's prometheus.address") @Nullable
            String address) {}
}
