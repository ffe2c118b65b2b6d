package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.search.EarlierRun;
import dev.edgeai.planner.status.Reason;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything the run's decision looks at, gathered at one moment.
 *
 * @param accelerators profiles the run may use: the one it names (absent when the configuration has none of that name)
 *     and that one's fallback
 * @param available frameworks with an optimizer image
 * @param fetched what the baseline's {@code fetch} container reported, as soon as it ended
 * @param assessed what the baseline's {@code assess} container reported, as soon as it ended
 * @param baseline the baseline's Job
 * @param trials Jobs of trials by {@link JobKey#trial()}; one without entry is {@link JobState.Missing}
 * @param certifications certify Jobs by the trial's name
 * @param report the report Job
 * @param suspended whether the owner is suspended
 * @param repository where variants are pushed, {@code registry/repository}
 * @param earlier runs of the same namespace that ended well, to learn from
 * @param refused why the API server took no Job of the run when it was last tried
 * @param waitsForTurn whether trials of other runs take the next place for measuring, see {@link Turns}
 * @param heritage what other runs of the same model measured
 */
@RecordBuilder
public record RunObservation(
        Accelerators accelerators,
        Set<Framework> available,
        Optional<FetchResult> fetched,
        Optional<Assessment> assessed,
        JobState<TrialResult> baseline,
        Map<String, JobState<TrialResult>> trials,
        Map<String, JobState<CertificateResult>> certifications,
        JobState<ReportResult> report,
        boolean suspended,
        String repository,
        List<EarlierRun> earlier,
        Optional<JobState.Pending<Object>> refused,
        boolean waitsForTurn,
        Heritage heritage) {
    /** What is left out was not seen. */
    @SuppressWarnings({"NullAway", "OptionalAssignedToNull", "ConstantValue"})
    public RunObservation {
        fetched = fetched == null ? Optional.empty() : fetched;
        assessed = assessed == null ? Optional.empty() : assessed;
        baseline = baseline == null ? new JobState.Missing<>() : baseline;
        trials = trials == null ? Map.of() : trials;
        certifications = certifications == null ? Map.of() : certifications;
        report = report == null ? new JobState.Missing<>() : report;
        refused = refused == null ? Optional.empty() : refused;
        heritage = heritage == null ? Heritage.NONE : heritage;
        earlier = earlier == null ? List.of() : List.copyOf(earlier);
        available = Set.copyOf(available);
        trials = Map.copyOf(trials);
        certifications = Map.copyOf(certifications);
    }

    /** The same, and a Job was refused. */
    public RunObservation refused(JobState.Pending<Object> refusal) {
        return RunObservationBuilder.builder(this).refused(Optional.of(refusal)).build();
    }

    /** The same, and it is or is not the turn of others. */
    public RunObservation waitingForTurn(boolean waits) {
        return RunObservationBuilder.builder(this).waitsForTurn(waits).build();
    }

    /** The same with what may be inherited. */
    public RunObservation heritage(Heritage from) {
        return RunObservationBuilder.builder(this).heritage(from).build();
    }

    /** The same with other Jobs. */
    RunObservation with(
            JobState<TrialResult> otherBaseline,
            Map<String, JobState<TrialResult>> otherTrials,
            Map<String, JobState<CertificateResult>> otherCertifications) {
        return RunObservationBuilder.builder(this)
                .baseline(otherBaseline)
                .trials(otherTrials)
                .certifications(otherCertifications)
                .build();
    }

    /**
     * A profile and the Ready nodes that match its selector now.
     *
     * @param nodes how many
     * @param cpuFeatures CPU features that all of them have, as Node Feature Discovery names them in lower case
     *     ({@code avx512_bf16}, {@code amx_bf16}); absent when nothing is known
     */
    public record Matched(AcceleratorProfile profile, int nodes, Optional<Set<String>> cpuFeatures) {}

    /** The profile of the run, and its fallback; each absent when the configuration has none of that name. */
    public record Accelerators(Optional<Matched> requested, Optional<Matched> fallback) {}

    /**
     * The same while nothing can be signed: a certify Job that does not exist waits for the key and is not made.
     *
     * @param why with the remedy
     * @param now so that the wait is no stuck pod's
     */
    public RunObservation withoutKey(List<String> trialNames, String why, Instant now) {
        Map<String, JobState<CertificateResult>> waiting = new HashMap<>(certifications);
        trialNames.forEach(name -> waiting.putIfAbsent(
                name, new JobState.Pending<>(Optional.of(Reason.SIGNING_KEY_LOST.text()), Optional.of(why), now)));
        return RunObservationBuilder.builder(this).certifications(waiting).build();
    }

    public JobState<TrialResult> trial(JobKey job) {
        return trials.getOrDefault(job.trial(), new JobState.Missing<>());
    }

    public JobState<CertificateResult> certification(String trial) {
        return certifications.getOrDefault(trial, new JobState.Missing<>());
    }
}
