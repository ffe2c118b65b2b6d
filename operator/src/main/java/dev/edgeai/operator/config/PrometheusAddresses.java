package dev.edgeai.operator.config;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Prometheus servers that the administrator allows. The address of a metric is written by whoever writes the
 * EdgeModel and called by the operator, which reaches what its author may not.
 */
public final class PrometheusAddresses {
    private final Optional<String> standard;
    private final List<String> allowed;

    private PrometheusAddresses(Optional<String> standard, List<String> allowed) {
        this.standard = standard;
        this.allowed = allowed;
    }

    public static PrometheusAddresses of(OperatorConfig.Prometheus config) {
        Optional<String> standard = Optional.ofNullable(config.address());
        return new PrometheusAddresses(
                standard,
                Stream.concat(standard.stream(), config.allowed().stream()).toList());
    }

    /** Whether a metric's address may be called. */
    public sealed interface Answer {
        /** @param base what to call: the address as it was compared, not as it was written */
        record Allowed(String base) implements Answer {}

        /** @param message why not, and what to do */
        record Refused(String message) implements Answer {}
    }

    /** @param address as a metric names it; empty: the operator's own */
    public Answer check(Optional<String> address) {
        Optional<String> asked = address.filter(text -> !text.isBlank()).or(() -> standard);
        if (asked.isEmpty()) {
            return new Answer.Refused("there is no Prometheus to ask: give prometheus.address in the metric, or "
                    + "prometheus.address in the operator's configuration");
        }
        try {
            HttpAddress wanted = HttpAddress.parse(asked.get());
            return allowed.stream().map(HttpAddress::parse).anyMatch(wanted::equals)
                    ? new Answer.Allowed(wanted.toString())
                    : new Answer.Refused(refusal(asked.get(), "it is not among the allowed ones"));
        } catch (IllegalArgumentException e) {
            return new Answer.Refused(refusal(asked.get(), String.valueOf(e.getMessage())));
        }
    }

    /** What keeps these metrics from ever being read; empty when nothing does. */
    public Optional<String> problem(List<AnalysisMetric> metrics) {
        List<String> problems = new ArrayList<>();
        for (AnalysisMetric metric : metrics) {
            AnalysisMetric.PrometheusQuery query = metric.prometheus();
            if (query != null
                    && check(Optional.ofNullable(query.address())) instanceof Answer.Refused(String message)) {
                problems.add("analysis metric " + metric.name() + ": " + message);
            }
        }
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }

    private String refusal(String address, String why) {
        return "prometheus.address '" + address + "' is refused: " + why + "; allowed "
                + (allowed.isEmpty()
                        ? "is none"
                        : allowed.stream().distinct().collect(Collectors.joining(", ", "are ", "")))
                + "; name one of these, or ask an administrator to add it to prometheus.allowed in the operator's values";
    }
}
