package dev.edgeai.planner.run;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.planner.KubernetesNames;

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
        CERTIFY,
        REPORT
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

    public static JobKey report() {
        return new JobKey(Kind.REPORT, "report");
    }

    /** {@code <trial>}, {@code certify-<trial>} or {@code report}. */
    public String inRun() {
        return switch (kind) {
            case TRIAL, REPORT -> trial;
            case CERTIFY -> "certify-" + trial;
        };
    }

    /** {@code <run>-} and {@link #inRun()}, shortened with a hash when longer than 63 characters. */
    public String jobName(String run) {
        return KubernetesNames.bounded(run + "-" + inRun());
    }

    /** The same with something behind it. */
    public String jobName(String run, String suffix) {
        return KubernetesNames.bounded(run + "-" + inRun() + "-" + suffix);
    }
}
