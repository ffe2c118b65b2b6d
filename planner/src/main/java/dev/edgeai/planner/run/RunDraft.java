package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.JobRetry;
import dev.edgeai.api.v1alpha1.OptimizationRunStatusBuilder;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The next status of a run while it is being decided. */
final class RunDraft {
    /** What goes by and leaves nothing to change. */
    private static final Set<Reason> PASSES = EnumSet.of(Reason.REGISTRY_UNAVAILABLE, Reason.NODE_BUSY);

    private static final String TRY_AGAIN = "When that is over, try again: give the annotation edgeai.dev/retry of the"
            + " EdgeModel another value, or make a run without EdgeModel anew";

    final Instant now;
    final OptimizationRunStatusBuilder next;
    final List<TrialStatus> trials;
    Conditions conditions;

    RunDraft(OptimizationRunStatus current, long generation, Instant now) {
        this.now = now;
        next = OptimizationRunStatusBuilder.builder(current).observedGeneration(generation);
        trials = new ArrayList<>(current.trials());
        conditions = Conditions.of(current.conditions(), generation, now);
    }

    /** Stops the clock of {@code search.timeout}, if it has begun. */
    void stopClock() {
        if (next.startTime() != null && clockRuns()) {
            next.suspendedSince(now.toString());
        }
    }

    /** Lets it go on. */
    void startClock() {
        if (!clockRuns()) {
            long seconds = stoodStill()
                    + Duration.between(Instant.parse(next.suspendedSince()), now)
                            .toSeconds();
            next.suspendedSeconds(seconds == 0 ? null : seconds).suspendedSince(null);
        }
    }

    private long stoodStill() {
        return Objects.requireNonNullElse(next.suspendedSeconds(), 0L);
    }

    /** Whether something that could not start is to be made anew. */
    boolean isHeldUp() {
        return next.retries().stream().anyMatch(retry -> !JobRetries.isCounted(JobRetries.reason(retry)));
    }

    boolean clockRuns() {
        return next.suspendedSince() == null;
    }

    /** When the time is spent if the run is not suspended until then. */
    Instant deadline(Duration timeout) {
        return Instant.parse(Objects.requireNonNull(next.startTime()))
                .plus(timeout)
                .plusSeconds(stoodStill());
    }

    Optional<JobRetry> retry(JobKey job) {
        return next.retries().stream().filter(r -> r.job().equals(job.inRun())).findFirst();
    }

    static boolean done(TrialStatus trial) {
        return switch (trial.phase()) {
            case PENDING, RUNNING -> false;
            case ACCEPTED, REJECTED, SCREENED, FAILED -> true;
        };
    }

    boolean allDone() {
        return trials.stream().allMatch(RunDraft::done);
    }

    /** All but the source, which is none. */
    List<TrialStatus> variants() {
        return trials.stream().filter(t -> !t.ofSource()).toList();
    }

    /** Variants in this phase. */
    List<TrialStatus> in(TrialPhase phase) {
        return variants().stream().filter(t -> t.phase() == phase).toList();
    }

    /** The trial of the source as what is to serve; absent as long as it is not needed. */
    Optional<TrialStatus> source() {
        return trials.stream().filter(TrialStatus::ofSource).findFirst();
    }

    /** Energy that the trials took, as far as it is known. */
    double joulesSpent() {
        return trials.stream()
                .map(TrialStatus::joulesSpent)
                .filter(Objects::nonNull)
                .mapToDouble(Decimal::asDouble)
                .sum();
    }

    long finished() {
        return trials.stream().filter(RunDraft::done).count();
    }

    void updateOpenTrials(UnaryOperator<TrialStatus> change) {
        trials.replaceAll(t -> done(t) ? t : change.apply(t));
    }

    void update(String trial, UnaryOperator<TrialStatus> change) {
        trials.replaceAll(t -> t.name().equals(trial) ? change.apply(t) : t);
    }

    /** The work goes on, unless one of its Jobs is held up: then that is said, and after a while a person is asked. */
    void progress(Reason reason, String message, List<? extends JobState<?>> jobs) {
        conditions = PendingCause.of(jobs, now)
                .map(h -> h.isForPerson(now)
                        ? conditions.stalled(h.reason(), h.message())
                        : conditions.progressing(h.reason(), h.message()))
                .orElseGet(() -> conditions.progressing(reason, message));
    }

    /** The run is over and a person has to act. */
    void fail(Reason reason, String message) {
        next.phase(RunPhase.FAILED).completionTime(now.toString());
        conditions = conditions.stalled(reason, PASSES.contains(reason) ? message + ". " + TRY_AGAIN : message);
    }

    OptimizationRunStatus build() {
        if (!trials.isEmpty()) {
            next.progress(finished() + "/" + trials.size());
        }
        if (next.completionTime() != null) {
            next.retries(List.of());
        }
        return next.trials(trials)
                .paretoSize(
                        next.paretoFront().isEmpty() ? null : next.paretoFront().size())
                .certificate(certificateOfSelected().orElse(null))
                .conditions(conditions.list())
                .joulesSpent(trials.stream().allMatch(t -> t.joulesSpent() == null) ? null : Decimal.of(joulesSpent()))
                .build();
    }

    private Optional<String> certificateOfSelected() {
        return next.certificates().stream()
                .filter(c -> next.selected() != null
                        && c.digest().equals(next.selected().digest()))
                .map(Certified::certificate)
                .findFirst();
    }
}
