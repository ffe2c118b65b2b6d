package dev.edgeai.planner.run;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.JobRetry;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.DeleteJob;
import dev.edgeai.planner.run.RunAction.RecordEvent;
import dev.edgeai.planner.run.RunAction.Requeue;
import dev.edgeai.planner.run.RunAction.StartBaseline;
import dev.edgeai.planner.run.RunObservation.Matched;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The state machine of an optimization run. Each decision first takes in what the Jobs report, then starts what is due.
 * The phase follows from what is known, never the other way round, so a lost action or an unwritten status is made good
 * by the next decision. A recorded result is never taken back and its Job never started again. The wall clock of
 * {@code search.timeout} begins when a node is found and stands still while suspended and while the cluster lets none of
 * the run's pods start; it does not cut certification, nor the measurement of the source when no variant qualified.
 */
public final class RunMachine {
    /** Longest time until the next look. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    static final Duration AT_ONCE = Duration.ofMillis(10);

    private final OptimizationRunSpec spec;
    private final RunObservation seen;
    private final RunDraft draft;
    private final RunHardware hardware;
    private final RunSearch search;
    private final RunHeritage heritage;
    private final List<RunAction> actions = new ArrayList<>();

    private RunMachine(OptimizationRunSpec spec, RunObservation seen, RunDraft draft) {
        this.spec = spec;
        this.draft = draft;
        this.seen = new JobRetries(draft, actions).settle(seen);
        this.hardware = new RunHardware(spec, this.seen, draft);
        this.search = new RunSearch(spec, this.seen, draft, hardware);
        this.heritage = new RunHeritage(spec, this.seen, draft, actions);
    }

    /**
     * What to do next for a run.
     *
     * @param generation {@code metadata.generation}
     * @param spec what was asked for
     * @param current the status as stored; of a new run an empty one
     * @param seen gathered at one moment
     * @param now the moment
     */
    public static RunDecision decide(
            long generation,
            OptimizationRunSpec spec,
            OptimizationRunStatus current,
            RunObservation seen,
            Instant now) {
        if (ended(current.phase())) {
            return new EndedRun(current, seen, now).decide();
        }
        RunMachine machine = new RunMachine(spec, seen, new RunDraft(current, generation, now));
        machine.run();
        machine.announce(current.phase());
        if (ended(machine.draft.next.phase())) {
            machine.actions.add(new Requeue(AT_ONCE)); // for what is left to do then, see EndedRun
        }
        return new RunDecision(machine.draft.build(), machine.actions);
    }

    private static boolean ended(@Nullable RunPhase phase) {
        return phase == RunPhase.SUCCEEDED || phase == RunPhase.FAILED;
    }

    private void run() {
        if (draft.next.accelerator() == null && !begin()) {
            return;
        }
        hardware.keepCpuFeatures();
        heritage.watch(hardware.matched());
        new RunBaseline(spec, seen, draft, hardware).absorb();
        if (draft.next.phase() == RunPhase.FAILED) {
            return;
        }
        if (seen.suspended()) {
            search.absorb();
            suspend();
            return;
        }
        if (heldUp()) {
            draft.stopClock();
        } else {
            draft.startClock();
        }
        if (!draft.clockRuns() || deadline().isAfter(draft.now)) {
            search.advance();
        } else {
            search.absorb();
            spendBudget();
        }
        if (draft.next.phase() == RunPhase.FAILED) {
            return;
        }
        if (draft.next.baseline() == null) {
            measureBaseline();
        } else if (!draft.allDone()) {
            startTrials();
        } else {
            new RunConclusion(spec, seen, draft, actions).conclude();
        }
    }

    /** Whether the cluster keeps the run from going on: something cannot start, and nothing runs. */
    private boolean heldUp() {
        List<JobState<?>> jobs = openJobs();
        if (jobs.stream().noneMatch(JobState::active)) {
            return seen.refused().isPresent() || draft.isHeldUp() || seen.waitsForTurn() || !hardware.hasNode();
        }
        return jobs.stream().noneMatch(JobState.Running.class::isInstance)
                && PendingCause.of(jobs, draft.now)
                        .filter(PendingCause::stopsTheClock)
                        .isPresent();
    }

    /** Jobs of what is not measured yet, and the refusal of one, which is as good as a Job that waits. */
    private List<JobState<?>> openJobs() {
        List<JobState<?>> jobs = new ArrayList<>();
        seen.refused().ifPresent(jobs::add);
        if (draft.next.baseline() == null) {
            jobs.add(seen.baseline());
        } else {
            draft.trials.stream()
                    .filter(t -> !RunDraft.done(t))
                    .forEach(t -> jobs.add(seen.trial(TrialTransitions.job(t))));
        }
        return jobs;
    }

    private boolean begin() {
        if (seen.suspended()) {
            suspend();
            return false;
        }
        if (heritage.takeEverything()) {
            draft.next.startTime(draft.now.toString());
            return true;
        }
        Optional<Matched> chosen = hardware.choice();
        if (chosen.isEmpty()) {
            draft.next.phase(RunPhase.PENDING);
            waitForNode();
            return false;
        }
        String accelerator = chosen.get().profile().name();
        draft.next.accelerator(accelerator).startTime(draft.now.toString());
        if (!accelerator.equals(spec.accelerator())) {
            actions.add(new RecordEvent(true, Reason.FALLBACK_ACCELERATOR, hardware.fallbackSentence()));
        }
        heritage.takeMeasurements(chosen.get());
        return true;
    }

    private void waitForNode() {
        draft.conditions = hardware.missing();
        actions.add(new Requeue(LOOK_AGAIN));
    }

    private Instant deadline() {
        return draft.deadline(spec.search().timeout().duration());
    }

    private void suspend() {
        draft.stopClock();
        draft.next.phase(RunPhase.SUSPENDED);
        draft.conditions = draft.conditions.progressing(
                Reason.SUSPENDED, "suspended by its owner: trials that run may end, none is started");
        actions.add(new Requeue(LOOK_AGAIN));
    }

    private void spendBudget() {
        String spent = "the time budget of %s (search.timeout) is spent"
                .formatted(spec.search().timeout().text());
        if (draft.next.baseline() == null) {
            actions.add(new DeleteJob(JobKey.baseline()));
            Failure failure = overtime(JobKey.baseline(), seen.baseline(), spent + " before the baseline was measured");
            draft.fail(Reason.of(failure), failure.message());
            return;
        }
        draft.updateOpenTrials(t -> {
            if (t.ofSource()) {
                return t;
            }
            JobKey job = TrialTransitions.job(t);
            if (seen.trial(job).active()) {
                actions.add(new DeleteJob(job));
            }
            return TrialTransitions.failed(t, overtime(job, seen.trial(job), spent), Optional.empty());
        });
    }

    /** What to say of a Job that the time was not enough for; a registry that is away is no matter of time. */
    private Failure overtime(JobKey key, JobState<?> job, String spent) {
        Optional<String> away = draft.retry(key)
                .filter(retry -> Reason.REGISTRY_UNAVAILABLE.text().equals(retry.reason()))
                .map(JobRetry::message);
        Optional<String> why = away.or(() -> PendingCause.of(job, draft.now).map(PendingCause::message));
        Reason reason = away.isPresent() ? Reason.REGISTRY_UNAVAILABLE : Reason.BUDGET_EXCEEDED;
        return new Failure(reason.text(), spent + why.map(w -> ": " + w).orElse(""));
    }

    private void measureBaseline() {
        draft.next.phase(draft.next.assessment() == null ? RunPhase.ASSESSING : RunPhase.BASELINE);
        if (seen.baseline() instanceof JobState.Missing<TrialResult> && hardware.hasNode()) {
            if (seen.waitsForTurn()) {
                actions.add(new Requeue(Turns.LOOK_AGAIN));
            } else {
                actions.add(new StartBaseline(Objects.requireNonNull(draft.next.accelerator())));
            }
        } else if (!seen.baseline().active()) {
            waitForNode();
            return;
        }
        Reason reason = draft.next.phase() == RunPhase.ASSESSING ? Reason.ASSESSING : Reason.MEASURING_BASELINE;
        String what = draft.next.phase() == RunPhase.ASSESSING
                ? "fetching and assessing the source"
                : "measuring the source as the baseline";
        go(reason, what + turn(seen.baseline() instanceof JobState.Missing<TrialResult>) + hardware.note());
    }

    private void startTrials() {
        draft.next.phase(RunPhase.SEARCHING);
        List<TrialStatus> open =
                draft.trials.stream().filter(t -> !RunDraft.done(t)).toList();
        long active = open.stream()
                .filter(t -> seen.trial(TrialTransitions.job(t)).active())
                .count();
        boolean nodes = hardware.hasNode();
        if (!nodes && active == 0) {
            waitForNode();
            return;
        }
        if (nodes && !seen.waitsForTurn()) {
            open.stream()
                    .filter(t -> seen.trial(TrialTransitions.job(t)) instanceof JobState.Missing<TrialResult>)
                    .limit(Math.max(0, Math.min(spec.search().parallelism(), hardware.nodes() + 1) - active))
                    .forEach(t -> actions.add(search.start(t)));
        } else if (nodes && active == 0) {
            actions.add(new Requeue(Turns.LOOK_AGAIN));
        }
        go(Reason.SEARCHING, search.progress() + turn(active == 0) + RunHeritage.note(seen, draft) + hardware.note());
    }

    /** To be added to a message: nothing, or that others are to measure first. */
    private String turn(boolean idle) {
        return !seen.waitsForTurn() || !idle
                ? ""
                : "; trials of other namespaces, or of this one, wait for the node before it";
    }

    /** To be added to a message: nothing, or why what runs now had to be made anew. */
    private String attempts() {
        return draft.next.retries().stream()
                .filter(retry -> retry.notBefore() == null && JobRetries.isCounted(JobRetries.reason(retry)))
                .findFirst()
                .map(retry -> "; attempt %d of %d, the last one ended with: %s"
                        .formatted(retry.attempts() + 1, JobRetries.MAX_ATTEMPTS, retry.message()))
                .orElse("");
    }

    private void go(Reason reason, String message) {
        draft.progress(reason, message + attempts(), openJobs());
        boolean inTime = draft.clockRuns() && deadline().isAfter(draft.now);
        Duration left = inTime ? Duration.between(draft.now, deadline()) : LOOK_AGAIN;
        actions.add(new Requeue(left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN));
    }

    /** One event for each change of phase. */
    private void announce(@Nullable RunPhase before) {
        if (draft.next.phase() != before) {
            draft.conditions.list().stream()
                    .findFirst()
                    .ifPresent(c -> actions.add(new RecordEvent(
                            draft.next.phase() == RunPhase.FAILED,
                            Reason.of(c.getReason()).orElse(Reason.PENDING),
                            c.getMessage())));
        }
    }
}
