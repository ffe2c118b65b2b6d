package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.job.CertifyJob;
import dev.edgeai.operator.job.ReportJob;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.job.TrialJob;
import dev.edgeai.planner.run.JobKey;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the Jobs of a run are named, and which Jobs are the run's.
 *
 * @param run the run
 * @param system namespace of the operator
 * @param seals tells the operator's Jobs from others
 */
record JobNames(RunRef run, String system, Seals seals) {

    String namespace(JobKey key) {
        return key.kind() == JobKey.Kind.CERTIFY ? system : run.namespace();
    }

    /** The ordinary name, and one that nobody can take in advance for when somebody has taken that. */
    List<String> of(JobKey key) {
        String before = key.kind() == JobKey.Kind.CERTIFY ? run.certifying() : run.name();
        return List.of(key.jobName(before), key.jobName(before, seals.unguessable(run.uid(), key.inRun())));
    }

    /** What a Job of the operator does for a run. */
    static Optional<JobKey> key(Job job) {
        Map<String, String> labels = Seals.givenLabels(job);
        return kind(labels.getOrDefault(Labels.COMPONENT, ""))
                .map(kind -> new JobKey(kind, labels.getOrDefault(Labels.TRIAL, "")));
    }

    private static Optional<JobKey.Kind> kind(String component) {
        return switch (component) {
            case TrialJob.COMPONENT -> Optional.of(JobKey.Kind.TRIAL);
            case CertifyJob.COMPONENT -> Optional.of(JobKey.Kind.CERTIFY);
            case ReportJob.COMPONENT -> Optional.of(JobKey.Kind.REPORT);
            default -> Optional.empty();
        };
    }

    /** Whether the operator made this Job for this very run, under a name that it has for it, and owned by the run. */
    boolean isOurs(Job job) {
        return run.uid().equals(Seals.givenLabels(job).get(Labels.RUN_UID))
                && run.owns(job)
                && key(job).filter(key -> isInItsPlace(job, key)).isPresent()
                && seals.isSealed(job);
    }

    private boolean isInItsPlace(Job job, JobKey key) {
        return namespace(key).equals(job.getMetadata().getNamespace())
                && of(key).contains(job.getMetadata().getName())
                && (key.kind() == JobKey.Kind.CERTIFY || Seals.isControlledBy(job.getMetadata(), run.uid()));
    }
}
