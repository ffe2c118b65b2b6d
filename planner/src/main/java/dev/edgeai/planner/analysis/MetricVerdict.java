package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.value.Verdict;

import java.util.OptionalDouble;

/**
 * One measurement of one metric.
 *
 * @param verdict Inconclusive when there was too little to tell
 * @param blame of a failure: whose it is
 * @param readable false when it could not be read, which is never the model's fault
 * @param value of the watched version
 * @param stableValue of the version it is compared with
 * @param evidence that a limit is broken, of all requests of the rollout; absent of a query of one's own
 * @param conclusive whether chance is ruled out, as far as the policy says
 * @param message names metric, value and threshold
 */
public record MetricVerdict(
        Verdict verdict,
        Blame blame,
        boolean readable,
        OptionalDouble value,
        OptionalDouble stableValue,
        OptionalDouble evidence,
        boolean conclusive,
        String message) {
    static MetricVerdict unreadable(String message) {
        return nothing(Blame.ENVIRONMENT, false, message);
    }

    static MetricVerdict tooLittle(String message) {
        return nothing(Blame.UNKNOWN, true, message);
    }

    private static MetricVerdict nothing(Blame blame, boolean readable, String message) {
        return new MetricVerdict(
                Verdict.INCONCLUSIVE,
                blame,
                readable,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                false,
                message);
    }
}
