package dev.edgeai.planner.warmup;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.scrape.Window;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Verified requests of the operator's own to both versions that are compared, so that a step with few users is decided.
 *
 * @param rate requests a second to each
 * @param timeout of one
 */
public record Probing(double rate, Duration timeout) {
    /** Probes take this much of a pod's time at most: they are there to look, not to load. */
    static final double SHARE = 0.5;

    /**
     * Whether this step needs probes: there is another version to compare with, and users send to one of the two less
     * than the rate. Once sent they are sent until the step ends, for the windows of both versions have to agree.
     *
     * @param live what was measured since the step began
     */
    public static boolean wanted(RolloutPolicy policy, LiveMetrics live) {
        double rate = policy.probes().rate().asDouble();
        if (rate <= 0 || live.watched().isEmpty() || live.reference().isEmpty() || !measured(policy)) {
            return false;
        }
        return !policy.probes().whenQuiet()
                || Stream.of(live.watched().get(), live.reference().get()).anyMatch(window -> usersRate(window) < rate);
    }

    /** A query of one's own is not fed by probes. */
    private static boolean measured(RolloutPolicy policy) {
        return policy.analysis().metrics().stream().anyMatch(metric -> metric.prometheus() == null);
    }

    private static double usersRate(Window window) {
        return window.requests() / Math.max(1, window.length().toMillis() / 1_000.0);
    }

    /**
     * How to send them: at the policy's rate, and slower to a model that would have no time for users.
     *
     * @param versions those that are compared
     */
    public static Probing of(RolloutPolicy policy, Version... versions) {
        double slowest = Stream.of(versions)
                .map(Version::latencyP95Micros)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .mapToDouble(micros -> micros / 1e6)
                .max()
                .orElse(0);
        double rate = policy.probes().rate().asDouble();
        double most = slowest == 0 ? rate : SHARE / slowest;
        Duration timeout = Duration.ofMillis((long) (slowest * 1_000)).multipliedBy(WarmupPlan.TIMEOUT_FACTOR);
        return new Probing(
                Math.min(rate, most),
                Optional.of(timeout)
                        .filter(t -> t.compareTo(WarmupPlan.SHORTEST_TIMEOUT) > 0)
                        .orElse(WarmupPlan.SHORTEST_TIMEOUT));
    }
}
