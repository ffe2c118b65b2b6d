package dev.edgeai.planner.run;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.technique.Candidate;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Map;

/**
 * One thing to do for a run. Doing it twice does it once: Jobs are named by {@link JobKey}. An action that is lost comes
 * back with the next decision, and so does a status that was not written.
 */
public sealed interface RunAction {
    /**
     * Measure the source itself.
     *
     * @param accelerator name of the profile to run on
     */
    record StartBaseline(String accelerator) implements RunAction {
        public JobKey job() {
            return JobKey.trial(TrialSpec.BASELINE);
        }
    }

    /**
     * Measure the source itself as what is to serve, against itself as the baseline: what is found out of a variant is
     * found out of it, and it is pushed as one.
     *
     * @param accelerator name of the profile to run on
     */
    record StartSource(String accelerator) implements RunAction {
        public JobKey job() {
            return JobKey.trial(TrialStatus.SOURCE);
        }
    }

    /**
     * Make and measure a variant, or measure one that exists.
     *
     * @param job its Job; the full measurement after a screening is a second one
     * @param accelerator name of the profile to run on
     * @param depth how much is measured
     * @param variantDigest a variant that is measured instead of a new one; else absent
     * @param engineOptions put over those of that variant
     */
    record StartTrial(
            JobKey job,
            Candidate candidate,
            String accelerator,
            Depth depth,
            @Nullable String variantDigest,
            Map<String, String> engineOptions)
            implements RunAction {}

    /**
     * Sign a certificate for a trial that passed, or for the source as what it is.
     *
     * @param trial has digest, measurement, comparison, gates and versions
     * @param accelerator profile it was measured on
     * @param baseline of the run
     */
    record StartCertify(TrialStatus trial, String accelerator, Measurement baseline) implements RunAction {
        public JobKey job() {
            return JobKey.certify(trial.name());
        }
    }

    /** Write and store the report of a run that has ended. */
    record StartReport() implements RunAction {
        public JobKey job() {
            return JobKey.report();
        }
    }

    /** Remove a Job and its pod, if it is there. */
    record DeleteJob(JobKey job) implements RunAction {}

    /** Tell people, once for each transition. */
    record RecordEvent(boolean warning, Reason reason, String message) implements RunAction {}

    /** Look again after this time even if nothing changes. */
    record Requeue(Duration after) implements RunAction {}
}
