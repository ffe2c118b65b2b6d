package dev.edgeai.planner.run;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.JobRetry;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.StartTrouble;
import dev.edgeai.planner.run.RunAction.DeleteJob;
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
 * Jobs that came to nothing through no fault of a model or a variant. Such a Job is made anew after a pause that doubles,
 * and counts as pending until then. One that failed (the registry was away, its pods were not the operator's) is tried a
 * bounded number of times; one that took a node's place for measuring and could not start gives it back, however often,
 * for others wait for it and its cause may take days to be mended.
 */
final class JobRetries {
    /** Each attempt has waited some minutes for the registry by itself. */
    static final int MAX_ATTEMPTS = 5;

    /** So long a pod may keep a node's place for measuring without starting. */
    static final Duration STUCK_AFTER = Duration.ofMinutes(2);

    /** The longest pause of one that could not start. */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 5;

    private final RunDraft draft;
    private final List<RunAction> actions;
    private final List<JobRetry> next = new ArrayList<>();

    JobRetries(RunDraft draft, List<RunAction> actions) {
        this.draft = draft;
        this.actions = actions;
    }

    /** The same picture, in which a Job that will be made anew is pending, and missing once its pause is over. */
    RunObservation settle(RunObservation seen) {
        JobState<TrialResult> baseline =
                draft.next.baseline() == null ? settle(JobKey.baseline(), seen.baseline()) : seen.baseline();
        Map<String, JobState<TrialResult>> trials = new HashMap<>(seen.trials());
        Map<String, JobState<CertificateResult>> certifications = new HashMap<>(seen.certifications());
        // Those seen too: the status that tells of a trial may have been lost after its Job was made.
        Set<String> names = new TreeSet<>(seen.trials().keySet());
        draft.trials.forEach(t -> names.add(TrialTransitions.job(t).trial()));
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
        draft.next.retries(List.copyOf(next));
        return seen.with(baseline, trials, certifications);
    }

    /** Whether this Job of the trial has nothing to tell any more. */
    private static boolean settled(TrialStatus t, String job) {
        boolean full = job.equals(JobKey.full(t.name()).trial());
        return RunDraft.done(t) && (full ? t.phase() != TrialPhase.SCREENED : job.equals(t.name()));
    }

    private boolean mayBeCertified(TrialStatus trial) {
        return TrialTransitions.certifiable(trial)
                && draft.next.certificates().stream().map(Certified::trial).noneMatch(trial.name()::equals);
    }

    private <T> JobState<T> settle(JobKey job, JobState<T> state) {
        Optional<JobRetry> before = draft.retry(job);
        return switch (state) {
            case JobState.Failed<T> f when isCounted(Reason.of(f.failure())) -> failed(job, f, before);
            case JobState.Missing<T> m ->
                before.filter(this::pauses).<JobState<T>>map(this::waiting).orElseGet(() -> {
                    before.ifPresent(this::isMadeAnew);
                    return m;
                });
            case JobState.Pending<T> p -> pending(job, p, before);
            case JobState.Running<T> r -> {
                before.filter(retry -> isCounted(reason(retry))).ifPresent(this::isMadeAnew);
                yield r;
            }
            case JobState.Failed<T> f -> f;
            case JobState.Succeeded<T> s -> s;
        };
    }

    private <T> JobState<T> failed(JobKey job, JobState.Failed<T> state, Optional<JobRetry> before) {
        Optional<JobRetry> alike = before.filter(retry -> isCounted(reason(retry)));
        Optional<JobRetry> counted = alike.filter(r -> r.notBefore() != null);
        int attempts = alike.map(JobRetry::attempts).orElse(0) + (counted.isPresent() ? 0 : 1);
        String message = state.failure().message();
        if (attempts >= MAX_ATTEMPTS) {
            return new JobState.Failed<>(
                    new Failure(state.failure().reason(), message + " (%d attempts)".formatted(attempts)),
                    state.node());
        }
        actions.add(new DeleteJob(job));
        return waiting(counted.orElseGet(() -> new JobRetry(
                job.inRun(),
                state.failure().reason(),
                attempts,
                draft.now.plus(pause(attempts)).toString(),
                alike.map(JobRetry::since).orElse(draft.now.toString()),
                message)));
    }

    private <T> JobState<T> pending(JobKey job, JobState.Pending<T> state, Optional<JobRetry> before) {
        Optional<Reason> stuck = state.node()
                .filter(_ -> !state.since().plus(STUCK_AFTER).isAfter(draft.now))
                .flatMap(_ -> trouble(state));
        if (stuck.isPresent()) {
            return givesItsPlaceBack(job, stuck.get(), state, before);
        }
        before.ifPresent(this::isMadeAnew);
        return before.filter(retry -> !isCounted(reason(retry)))
                .<JobState<T>>map(held -> heldUp(state, held))
                .orElse(state);
    }

    /** That it waits for a node again hides not why it could not start there before. */
    private static <T> JobState.Pending<T> heldUp(JobState.Pending<T> state, JobRetry held) {
        Instant since = Instant.parse(held.since());
        boolean forNode = state.node().isEmpty()
                && trouble(state).filter(Reason.UNSCHEDULABLE::equals).isPresent();
        if (forNode && state.message().filter(PendingCause::isTurn).isPresent()) {
            return new JobState.Pending<>(
                    state.reason(),
                    state.message().map(m -> m + "; before that it could not start: " + held.message()),
                    state.since(),
                    state.node());
        }
        return forNode
                ? new JobState.Pending<>(
                        Optional.of(held.reason()),
                        Optional.of(held.message() + " (now its pod waits for a node, to be tried again)"),
                        since,
                        state.node())
                : new JobState.Pending<>(
                        state.reason().or(() -> Optional.of(held.reason())),
                        state.message().or(() -> Optional.of(held.message())),
                        since,
                        state.node());
    }

    private <T> JobState<T> givesItsPlaceBack(
            JobKey job, Reason reason, JobState.Pending<T> state, Optional<JobRetry> before) {
        actions.add(new DeleteJob(job));
        Optional<JobRetry> alike = before.filter(retry -> !isCounted(reason(retry)));
        int attempts = alike.map(JobRetry::attempts).orElse(0) + 1;
        return waiting(alike.filter(retry -> retry.notBefore() != null)
                .orElseGet(() -> new JobRetry(
                        job.inRun(),
                        reason.text(),
                        attempts,
                        draft.now.plus(pause(attempts)).toString(),
                        alike.map(JobRetry::since).orElse(state.since().toString()),
                        state.message().orElse(""))));
    }

    private static Optional<Reason> trouble(JobState.Pending<?> state) {
        return state.reason()
                .flatMap(word -> StartTrouble.reason(word, state.message().orElse("")));
    }

    private static Duration pause(int attempts) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts - 1, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private boolean pauses(JobRetry retry) {
        return retry.notBefore() != null && Instant.parse(retry.notBefore()).isAfter(draft.now);
    }

    private <T> JobState<T> waiting(JobRetry retry) {
        next.add(retry);
        boolean counted = isCounted(reason(retry));
        String follows = counted
                ? "%s; attempt %d of %d follows at %s"
                        .formatted(retry.message(), retry.attempts() + 1, MAX_ATTEMPTS, retry.notBefore())
                : "%s (it gave its place on the node back and is tried again at %s)"
                        .formatted(retry.message(), retry.notBefore());
        return new JobState.Pending<>(
                Optional.of(retry.reason()), Optional.of(follows), counted ? draft.now : Instant.parse(retry.since()));
    }

    private void isMadeAnew(JobRetry retry) {
        next.add(new JobRetry(retry.job(), retry.reason(), retry.attempts(), null, retry.since(), retry.message()));
    }

    static Reason reason(JobRetry retry) {
        return Reason.of(retry.reason()).orElse(Reason.REGISTRY_UNAVAILABLE);
    }

    static boolean isCounted(Reason reason) {
        return reason == Reason.REGISTRY_UNAVAILABLE || reason == Reason.FOREIGN_OBJECT;
    }
}
