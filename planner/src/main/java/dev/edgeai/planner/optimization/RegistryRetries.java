package dev.edgeai.planner.optimization;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.RegistryRetry;
import dev.edgeai.api.v1alpha1.TrialPhase;
import dev.edgeai.api.v1alpha1.TrialStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.optimization.RunAction.DeleteJob;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Jobs that failed because the registry could not be reached. That says nothing about a model or a variant, so such a
 * Job is made anew after a pause that doubles, and counts as pending until then; only its last attempt is a failure.
 */
final class RegistryRetries {
    /** Each attempt has waited some minutes for the registry by itself. */
    static final int MAX_ATTEMPTS = 5;

    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);

    private final RunDraft draft;
    private final List<RunAction> actions;
    private final List<RegistryRetry> next = new ArrayList<>();

    RegistryRetries(RunDraft draft, List<RunAction> actions) {
        this.draft = draft;
        this.actions = actions;
    }

    /** The same picture, in which a Job that will be made anew is pending, and missing once its pause is over. */
    RunObservation settle(RunObservation seen) {
        JobState<TrialResult> baseline =
                draft.baseline == null ? settle(JobKey.baseline(), seen.baseline()) : seen.baseline();
        Map<String, JobState<TrialResult>> trials = new HashMap<>(seen.trials());
        Map<String, JobState<CertificateResult>> certifications = new HashMap<>(seen.certifications());
        // Those seen too: the status that tells of a trial may have been lost after its Job was made.
        Set<String> names = new TreeSet<>(seen.trials().keySet());
        draft.trials.forEach(t -> names.add(Trials.job(t).trial()));
        for (String name : names) {
            if (draft.trials.stream().noneMatch(t -> settled(t, name))) {
                trials.put(name, settle(JobKey.trial(name), seen.trial(JobKey.trial(name))));
            }
        }
        Set<String> certified = new TreeSet<>(seen.certifications().keySet());
        draft.trials.forEach(t -> certified.add(t.name()));
        for (String name : certified) {
            Optional<TrialStatus> trial =
                    draft.trials.stream().filter(t -> t.name().equals(name)).findFirst();
            if (trial.filter(RunDraft::done).filter(t -> !mayBeCertified(t)).isEmpty()) {
                certifications.put(name, settle(JobKey.certify(name), seen.certification(name)));
            }
        }
        draft.registryRetries = List.copyOf(next);
        return new RunObservation(
                seen.accelerators(),
                seen.available(),
                seen.cpuFeatures(),
                seen.fetched(),
                seen.assessed(),
                baseline,
                trials,
                certifications,
                seen.report(),
                seen.suspended(),
                seen.repository(),
                seen.earlier());
    }

    /** Whether this Job of the trial has nothing to tell any more. */
    private static boolean settled(TrialStatus t, String job) {
        boolean full = job.equals(JobKey.full(t.name()).trial());
        return RunDraft.done(t) && (full ? t.phase() != TrialPhase.SCREENED : job.equals(t.name()));
    }

    private boolean mayBeCertified(TrialStatus trial) {
        return trial.phase() == TrialPhase.ACCEPTED
                && !Trials.certificationFailed(trial)
                && draft.certificates.stream().map(Certified::trial).noneMatch(trial.name()::equals);
    }

    private <T> JobState<T> settle(JobKey job, JobState<T> state) {
        Optional<RegistryRetry> before = draft.registryRetry(job);
        return switch (state) {
            case JobState.Failed<T> f
            when Reason.of(f.failure()) == Reason.REGISTRY_UNAVAILABLE -> failed(job, f, before);
            case JobState.Missing<T> m ->
                before.filter(this::pauses).<JobState<T>>map(this::pending).orElseGet(() -> {
                    before.ifPresent(this::isMadeAnew);
                    return m;
                });
            case JobState.Pending<T> p -> {
                before.ifPresent(this::isMadeAnew);
                yield p;
            }
            case JobState.Running<T> r -> {
                before.ifPresent(this::isMadeAnew);
                yield r;
            }
            case JobState.Failed<T> f -> f;
            case JobState.Succeeded<T> s -> s;
        };
    }

    private <T> JobState<T> failed(JobKey job, JobState.Failed<T> state, Optional<RegistryRetry> before) {
        Optional<RegistryRetry> counted = before.filter(r -> r.notBefore() != null);
        int attempts = counted.or(() -> before).map(RegistryRetry::attempts).orElse(0) + (counted.isPresent() ? 0 : 1);
        String message = state.failure().message();
        if (attempts >= MAX_ATTEMPTS) {
            return new JobState.Failed<>(
                    new Failure(state.failure().reason(), message + " (%d attempts)".formatted(attempts)),
                    state.node());
        }
        actions.add(new DeleteJob(job));
        return pending(counted.orElseGet(() -> new RegistryRetry(
                job.inRun(),
                attempts,
                draft.now.plus(FIRST_PAUSE.multipliedBy(1L << (attempts - 1))).toString(),
                message)));
    }

    private boolean pauses(RegistryRetry retry) {
        return retry.notBefore() != null && Instant.parse(retry.notBefore()).isAfter(draft.now);
    }

    private <T> JobState<T> pending(RegistryRetry retry) {
        next.add(retry);
        return new JobState.Pending<>(
                Optional.of(Reason.REGISTRY_UNAVAILABLE.text()),
                Optional.of("%s; attempt %d of %d follows at %s"
                        .formatted(retry.message(), retry.attempts() + 1, MAX_ATTEMPTS, retry.notBefore())),
                draft.now);
    }

    private void isMadeAnew(RegistryRetry retry) {
        next.add(new RegistryRetry(retry.job(), retry.attempts(), null, retry.message()));
    }
}
