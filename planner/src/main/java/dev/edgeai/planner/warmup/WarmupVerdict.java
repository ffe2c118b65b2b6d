package dev.edgeai.planner.warmup;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.trial.WarmupResult.Side;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the preview pods answer as the certificate says, and whose fault it is when not.
 *
 * <ul>
 *   <li>Its own errors are the model's, unless stable fails the same samples as often.
 *   <li>Answers fail when their whole 95 % interval lies below the certified one: a warm-up sends fewer samples than the
 *       certificate rests on, so a difference within both intervals is chance.
 *   <li>Latency is held against a gross bound first, because the client's way through the network is in it and in the
 *       certificate's is not. What is beyond is the model's fault only where stable answers the same samples at the same
 *       time on the same node, and faster than the two certificates let one expect. Else the node is busy.
 *   <li>A request that was not answered by the model server at all says nothing of the model.
 * </ul>
 *
 * @param verdict Inconclusive is to be tried again
 * @param blame of a verdict that is no pass
 * @param reason of a verdict that is no pass; {@code Warming} of one that is
 * @param message names what was seen and what was certified
 */
public record WarmupVerdict(Verdict verdict, Blame blame, Reason reason, String message) {
    /** Answers below which nothing is said. */
    public static final int MIN_REQUESTS = 16;

    /** A client's 95th percentile above this many times the certified one, and the slack, is no noise. */
    static final int LATENCY_FACTOR = 10;

    static final long LATENCY_SLACK_MICROS = 500_000;

    /**
     * Times the ratio of the two certificates that the paired ratio may reach. A certificate is measured on an idle
     * node, and the way through the network is in both latencies here, so a promise to be faster is not held to.
     */
    static final double RATIO_TOLERANCE = 2;

    /**
     * @param seen what the warm-up Job reported
     * @param candidate with its certified facts
     * @param stable the version that served meanwhile, if one did
     * @param onSameNode whether both ran on the same nodes
     */
    public static WarmupVerdict of(WarmupResult seen, Version candidate, Optional<Version> stable, boolean onSameNode) {
        return Optional.ofNullable(seen.candidate())
                .<WarmupVerdict>map(side -> of(seen, side, candidate, stable, onSameNode))
                .orElseGet(() -> withoutSides(seen, candidate));
    }

    private static WarmupVerdict of(
            WarmupResult seen, Side side, Version candidate, Optional<Version> stable, boolean onSameNode) {
        return ownErrors(seen, side)
                .or(() -> belowQuality(seen, side, candidate))
                .or(() -> slow(seen, candidate, stable, onSameNode))
                .or(() -> unanswered(side))
                .or(() -> tooFew(seen.requests(), side.answered()))
                .orElseGet(() -> pass(seen, candidate));
    }

    /** An image that knows no sides cannot tell whose fault a failure was. */
    private static WarmupVerdict withoutSides(WarmupResult seen, Version candidate) {
        int answered = seen.requests() - seen.failed();
        Optional<WarmupVerdict> failed = seen.failed() == 0
                ? Optional.empty()
                : Optional.of(inconclusive(
                        Blame.UNKNOWN,
                        Reason.WARMUP_UNAVAILABLE,
                        failures(seen.failed(), seen.requests(), "failed", seen.firstError())));
        return failed.or(() -> slow(seen, candidate, Optional.empty(), false))
                .or(() -> tooFew(seen.requests(), answered))
                .or(() -> below(seen, candidate))
                .orElseGet(() -> pass(seen, candidate));
    }

    private static Optional<WarmupVerdict> ownErrors(WarmupResult seen, Side side) {
        if (side.modelErrors() == 0) {
            return Optional.empty();
        }
        String message = failures(side.modelErrors(), side.requests(), "failed", side.firstModelError());
        // One that answers nothing takes other inputs, and tells nothing of these
        int stables = Optional.ofNullable(seen.stable())
                .filter(s -> s.answered() >= MIN_REQUESTS)
                .map(Side::modelErrors)
                .orElse(0);
        return Optional.of(
                stables >= side.modelErrors()
                        ? inconclusive(
                                Blame.UNKNOWN,
                                Reason.WARMUP_UNAVAILABLE,
                                "%s; stable failed %d of the same samples, too".formatted(message, stables))
                        : fail(message));
    }

    private static Optional<WarmupVerdict> belowQuality(WarmupResult seen, Side side, Version candidate) {
        return side.answered() < MIN_REQUESTS ? Optional.empty() : below(seen, candidate);
    }

    private static Optional<WarmupVerdict> below(WarmupResult seen, Version candidate) {
        return Optional.ofNullable(seen.quality())
                .flatMap(live -> Optional.ofNullable(candidate.quality())
                        .filter(promised -> live.upper().compareTo(promised.lower()) < 0)
                        .map(promised -> fail(quality(live, "is below", promised))));
    }

    private static Optional<WarmupVerdict> slow(
            WarmupResult seen, Version candidate, Optional<Version> stable, boolean onSameNode) {
        Long certified = candidate.latencyP95Micros();
        if (certified == null || seen.latencyP95Micros() <= bound(certified)) {
            return Optional.empty();
        }
        String slow = "warm-up latency p95 is %d us, above %d us (%d times the certified %d us and %d us)"
                .formatted(seen.latencyP95Micros(), bound(certified), LATENCY_FACTOR, certified, LATENCY_SLACK_MICROS);
        Estimate ratio = seen.ratio();
        if (ratio == null || ratio.samples() < MIN_REQUESTS) {
            return Optional.of(inconclusive(
                    Blame.ENVIRONMENT,
                    Reason.NODE_BUSY,
                    slow + ", with no version beside it to compare with; the node may be busy"));
        }
        double allowed = RATIO_TOLERANCE * Math.max(1, promisedRatio(certified, stable));
        String compared = String.format(
                Locale.ROOT,
                "%s, and %s times stable's on the same samples at the same time (95 %% interval %s to %s; %.2f allowed)",
                slow,
                ratio.value(),
                ratio.lower(),
                ratio.upper(),
                allowed);
        if (ratio.value().asDouble() <= allowed) {
            return Optional.empty(); // what slows stable as much is not the model
        }
        if (ratio.lower().asDouble() <= allowed) {
            return Optional.of(inconclusive(Blame.UNKNOWN, Reason.NODE_BUSY, compared));
        }
        return Optional.of(
                onSameNode
                        ? fail(compared)
                        : inconclusive(
                                Blame.UNKNOWN,
                                Reason.NODE_BUSY,
                                compared + ", but the two run on different nodes, of which one may be busy"));
    }

    private static long bound(long certified) {
        return LATENCY_FACTOR * certified + LATENCY_SLACK_MICROS;
    }

    private static double promisedRatio(long candidate, Optional<Version> stable) {
        return stable.flatMap(s -> Optional.ofNullable(s.latencyP95Micros()))
                .filter(micros -> micros > 0)
                .map(micros -> (double) candidate / micros)
                .orElse(1.0);
    }

    private static Optional<WarmupVerdict> unanswered(Side side) {
        int all = side.refused() + side.timedOut() + side.unreachable();
        return all == 0
                ? Optional.empty()
                : Optional.of(inconclusive(
                        Blame.ENVIRONMENT,
                        side.unreachable() > 0 ? Reason.WARMUP_UNAVAILABLE : Reason.NODE_BUSY,
                        failures(
                                all,
                                side.requests(),
                                "were not answered (%d turned away, %d too late, %d did not reach the model)"
                                        .formatted(side.refused(), side.timedOut(), side.unreachable()),
                                side.firstOther())));
    }

    private static Optional<WarmupVerdict> tooFew(int requests, int answered) {
        return answered >= MIN_REQUESTS
                ? Optional.empty()
                : Optional.of(inconclusive(
                        Blame.ENVIRONMENT,
                        Reason.NODE_BUSY,
                        "%d of %d warm-up requests were answered in time, fewer than the %d a verdict needs"
                                .formatted(answered, requests, MIN_REQUESTS)));
    }

    private static WarmupVerdict pass(WarmupResult seen, Version candidate) {
        Estimate live = seen.quality();
        Estimate promised = candidate.quality();
        String message = live == null || promised == null
                ? "all %d warm-up requests were answered; their quality could not be compared, because %s"
                        .formatted(
                                seen.requests(),
                                live == null
                                        ? "the dataset has no labels for such answers"
                                        : "the certificate names no task metric")
                : quality(live, "agrees with", promised);
        return new WarmupVerdict(Verdict.PASS, Blame.UNKNOWN, Reason.WARMING, message);
    }

    private static String failures(int failed, int requests, String how, @Nullable String first) {
        return "%d of %d warm-up requests %s; the first: %s"
                .formatted(failed, requests, how, Objects.requireNonNullElse(first, "no message was given"));
    }

    private static String quality(Estimate live, String how, Estimate promised) {
        return String.format(
                Locale.ROOT,
                "warm-up quality %.4f (95 %% interval %.4f to %.4f) %s the certified %.4f (%.4f to %.4f)",
                live.value().asDouble(),
                live.lower().asDouble(),
                live.upper().asDouble(),
                how,
                promised.value().asDouble(),
                promised.lower().asDouble(),
                promised.upper().asDouble());
    }

    private static WarmupVerdict fail(String message) {
        return new WarmupVerdict(Verdict.FAIL, Blame.MODEL, Reason.WARMUP_FAILED, message);
    }

    private static WarmupVerdict inconclusive(Blame blame, Reason reason, String message) {
        return new WarmupVerdict(Verdict.INCONCLUSIVE, blame, reason, message);
    }
}
