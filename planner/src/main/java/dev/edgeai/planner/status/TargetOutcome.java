package dev.edgeai.planner.status;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.Delivery;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What looking at a target came to.
 *
 * @param target of the spec
 * @param policy of its rollout
 * @param status to be written
 * @param run of the current inputs, as it was seen
 * @param replicas pods wanted
 * @param ready ready pods of the stable version
 * @param problem why the target could not be looked at, when a person has to act
 * @param suggestion what follows a rollback, or what a person could do
 * @param behind whether something else serves than what should
 * @param waits whether the next try begins by itself
 * @param requeue when to look again
 * @param now when it was looked at
 * @param unreached why users' requests do not reach what should serve
 * @param failure what looking at it ended with
 * @param lacking why pods of the stable version are not ready, as far as that is known
 */
@RecordBuilder
public record TargetOutcome(
        Target target,
        RolloutPolicy policy,
        TargetStatus status,
        Optional<OptimizationRun> run,
        int replicas,
        int ready,
        Optional<Explanation> problem,
        Optional<String> suggestion,
        boolean behind,
        boolean waits,
        Optional<Duration> requeue,
        Instant now,
        Optional<Explanation> unreached,
        Optional<Failure> failure,
        Optional<String> lacking) {

    /** Of a target that was looked at to the end, and has nothing to say. */
    public static TargetOutcome of(
            Target target, RolloutPolicy policy, TargetStatus status, int replicas, int ready, Instant now) {
        return TargetOutcomeBuilder.builder()
                .target(target)
                .policy(policy)
                .status(status)
                .run(Optional.empty())
                .replicas(replicas)
                .ready(ready)
                .problem(Optional.empty())
                .suggestion(Optional.empty())
                .behind(false)
                .waits(false)
                .requeue(Optional.empty())
                .now(now)
                .unreached(Optional.empty())
                .failure(Optional.empty())
                .lacking(Optional.empty())
                .build();
    }

    /** The same with why pods of the stable version are not ready. */
    public TargetOutcome lacking(Optional<String> why) {
        return TargetOutcomeBuilder.builder(this).lacking(why).build();
    }

    /** The same with what was looked up at the Service. */
    public TargetOutcome unreached(Optional<Explanation> why) {
        return TargetOutcomeBuilder.builder(this).unreached(why).build();
    }

    /** The same that could not be looked at to the end. */
    public TargetOutcome failed(Failure why) {
        return TargetOutcomeBuilder.builder(this).failure(Optional.of(why)).build();
    }

    /** What the run came to so far. */
    Optional<OptimizationRunStatus> runStatus() {
        return run.flatMap(seen -> Optional.ofNullable(seen.getStatus()));
    }

    /** Whether it is delivered by pods. */
    public boolean serves() {
        return target.delivery() == Delivery.SERVE;
    }

    /** Whether users' requests are answered by all the pods that are wanted. */
    public boolean isServing() {
        return status.stable() != null && unreached.isEmpty() && ready >= replicas;
    }

    /**
     * What is tried again by itself.
     *
     * @param times in a row
     * @param message of the exception, in one sentence
     */
    public record Failure(int times, String message) {
        /** Failures in a row that are more than an ordinary hiccup of the API server. */
        private static final int SHOWN = 3;

        private static final int LONGEST = 500;

        public static Failure of(int times, Throwable cause) {
            String text = cause.getMessage() == null ? "" : ": " + cause.getMessage();
            String sentence = (cause.getClass().getSimpleName() + text).replaceAll("\\s+", " ");
            return new Failure(times, sentence.substring(0, Math.min(sentence.length(), LONGEST)));
        }

        /** What is the same of two like it, whose messages may name versions of objects or requests. */
        public String kind() {
            return message.split(":", 2)[0];
        }

        /** Whether a person should hear of it. */
        public boolean isShown() {
            return times >= SHOWN;
        }

        Explanation explanation() {
            return new Explanation(
                    Reason.RECONCILE_FAILED,
                    "cannot be reconciled, failed %d %s in a row and tries again: %s"
                            .formatted(times, times == 1 ? "time" : "times", message));
        }
    }
}
