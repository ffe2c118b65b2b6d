package dev.edgeai.planner.optimization;

import dev.edgeai.api.trial.TrialSpec;

/**
 * Which Job of a run. Its name follows from it, so that making it twice makes it once.
 *
 * @param kind what the Job does
 * @param trial name of the trial, with {@code -full} behind it for its full measurement after a screening;
 *     {@code baseline} for the baseline
 */
public record JobKey(Kind kind, String trial) {
    /** What a Job of a run does. */
    public enum Kind {
        TRIAL,
        CERTIFY
    }

    public static JobKey baseline() {
        return trial(TrialSpec.BASELINE);
    }

    public static JobKey trial(String trial) {
        return new JobKey(Kind.TRIAL, trial);
    }

    /** The full measurement of a trial that was screened. */
    public static JobKey full(String trial) {
        return trial(trial + "-full");
    }

    public static JobKey certify(String trial) {
        return new JobKey(Kind.CERTIFY, trial);
    }

    /** {@code <trial>} or {@code certify-<trial>}. */
    public String inRun() {
        return switch (kind) {
            case TRIAL -> trial;
            case CERTIFY -> "certify-" + trial;
        };
    }

    /** {@code <run>-<trial>} or {@code <run>-certify-<trial>}, shortened with a hash when longer than 63 characters. */
    public String jobName(String run) {
        return Names.bounded(run + "-" + inRun());
    }
}
