package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.Verdict;

import java.util.Locale;
import java.util.Optional;

/**
 * Whether the preview pods answer as the certificate says. Any failed request fails. The task metric fails when its
 * whole 95 % interval lies below the certified one: a warm-up sends fewer samples than the certificate rests on, so a
 * difference within both intervals is chance. Latency is only held against a gross bound, because the client's way
 * through the network is in it and in the certificate's is not.
 *
 * @param message names what was seen and what was certified
 */
public record WarmupVerdict(Verdict verdict, String message) {
    /** Answers below which nothing is said. */
    public static final int MIN_REQUESTS = 16;

    /** A client's 95th percentile above this many times the certified one, and the slack, is no noise. */
    static final int LATENCY_FACTOR = 10;

    static final long LATENCY_SLACK_MICROS = 500_000;

    /**
     * @param seen what the warm-up Job reported
     * @param quality certified task metric; absent when none was certified
     * @param latencyP95Micros certified 95th percentile, microseconds
     */
    public static WarmupVerdict of(WarmupResult seen, Optional<Estimate> quality, long latencyP95Micros) {
        if (seen.failed() > 0) {
            return new WarmupVerdict(
                    Verdict.FAIL,
                    "%d of %d warm-up requests failed; the first: %s"
                            .formatted(
                                    seen.failed(),
                                    seen.requests(),
                                    Optional.ofNullable(seen.firstError()).orElse("no message was given")));
        }
        if (seen.requests() < MIN_REQUESTS) {
            return new WarmupVerdict(
                    Verdict.INCONCLUSIVE,
                    "%d warm-up requests are fewer than the %d a verdict needs; give a larger evaluation dataset"
                            .formatted(seen.requests(), MIN_REQUESTS));
        }
        long bound = LATENCY_FACTOR * latencyP95Micros + LATENCY_SLACK_MICROS;
        if (seen.latencyP95Micros() > bound) {
            return new WarmupVerdict(
                    Verdict.FAIL,
                    "warm-up latency p95 is %d us, above %d us (%d times the certified %d us and %d us)"
                            .formatted(
                                    seen.latencyP95Micros(),
                                    bound,
                                    LATENCY_FACTOR,
                                    latencyP95Micros,
                                    LATENCY_SLACK_MICROS));
        }
        return quality(seen, quality);
    }

    private static WarmupVerdict quality(WarmupResult seen, Optional<Estimate> certified) {
        Estimate live = seen.quality();
        if (live == null || certified.isEmpty()) {
            return new WarmupVerdict(
                    Verdict.PASS,
                    "all %d warm-up requests were answered; their quality could not be compared, because %s"
                            .formatted(
                                    seen.requests(),
                                    live == null
                                            ? "the dataset has no labels for such answers"
                                            : "the certificate names no task metric"));
        }
        Estimate promised = certified.get();
        boolean below = live.upper().compareTo(promised.lower()) < 0;
        return new WarmupVerdict(
                below ? Verdict.FAIL : Verdict.PASS,
                String.format(
                        Locale.ROOT,
                        "warm-up quality %.4f (95 %% interval %.4f to %.4f) %s the certified %.4f (%.4f to %.4f)",
                        live.value().asDouble(),
                        live.lower().asDouble(),
                        live.upper().asDouble(),
                        below ? "is below" : "agrees with",
                        promised.value().asDouble(),
                        promised.lower().asDouble(),
                        promised.upper().asDouble()));
    }
}
