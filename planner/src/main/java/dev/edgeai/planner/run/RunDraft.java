package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.JobRetry;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.OptimizationRunStatusBuilder;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The next status of a run while it is being decided. */
final class RunDraft {
    private static final String TRY_AGAIN = "When it is back, try again: give the annotation edgeai.dev/retry of the"
            + " EdgeModel another value, or make a run without EdgeModel anew";

    private final OptimizationRunStatus current;
    private final long generation;
    final Instant now;

    @Nullable
    RunPhase phase;

    @Nullable
    String accelerator;

    @Nullable
    String sourceDigest;

    @Nullable
    String datasetDigest;

    @Nullable
    Assessment assessment;

    List<FrameworkPlan> plan;

    @Nullable
    Measurement baseline;

    final List<TrialStatus> trials;
    List<String> front;

    @Nullable
    Selected selected;

    List<String> learnedFrom;

    @Nullable
    String inheritedFrom;

    @Nullable
    String measuredUnder;

    List<Certified> certificates;
    List<JobRetry> retries;
    Conditions conditions;

    @Nullable
    String startTime;

    @Nullable
    private String suspendedSince;

    private long suspendedSeconds;

    @Nullable
    String completionTime;

    RunDraft(OptimizationRunStatus current, long generation, Instant now) {
        this.current = current;
        this.generation = generation;
        this.now = now;
        phase = current.phase();
        accelerator = current.accelerator();
        sourceDigest = current.sourceDigest();
        datasetDigest = current.datasetDigest();
        assessment = current.assessment();
        plan = current.plan();
        baseline = current.baseline();
        trials = new ArrayList<>(current.trials());
        front = current.paretoFront();
        selected = current.selected();
        learnedFrom = current.learnedFrom();
        inheritedFrom = current.inheritedFrom();
        measuredUnder = current.measuredUnder();
        certificates = current.certificates();
        retries = current.retries();
        conditions = Conditions.of(current.conditions(), generation, now);
        startTime = current.startTime();
        suspendedSince = current.suspendedSince();
        suspendedSeconds = Objects.requireNonNullElse(current.suspendedSeconds(), 0L);
        completionTime = current.completionTime();
    }

    /** Stops the clock of {@code search.timeout}, if it has begun. */
    void stopClock() {
        if (startTime != null && suspendedSince == null) {
            suspendedSince = now.toString();
        }
    }

    /** Lets it go on. */
    void startClock() {
        if (suspendedSince != null) {
            suspendedSeconds +=
                    Duration.between(Instant.parse(suspendedSince), now).toSeconds();
            suspendedSince = null;
        }
    }

    /** Whether something that could not start is to be made anew. */
    boolean isHeldUp() {
        return retries.stream().anyMatch(retry -> !JobRetries.isCounted(JobRetries.reason(retry)));
    }

    boolean clockRuns() {
        return suspendedSince == null;
    }

    /** When the time is spent if the run is not suspended until then. */
    Instant deadline(Duration timeout) {
        return Instant.parse(Objects.requireNonNull(startTime)).plus(timeout).plusSeconds(suspendedSeconds);
    }

    Optional<JobRetry> retry(JobKey job) {
        return retries.stream().filter(r -> r.job().equals(job.inRun())).findFirst();
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

    List<TrialStatus> in(TrialPhase phase) {
        return trials.stream().filter(t -> t.phase() == phase).toList();
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
        phase = RunPhase.FAILED;
        completionTime = now.toString();
        conditions = conditions.stalled(
                reason, reason == Reason.REGISTRY_UNAVAILABLE ? message + ". " + TRY_AGAIN : message);
    }

    OptimizationRunStatus build() {
        String progress = trials.isEmpty() ? current.progress() : finished() + "/" + trials.size();
        String certificate = selected == null
                ? null
                : certificates.stream()
                        .filter(c -> c.digest().equals(selected.digest()))
                        .map(Certified::certificate)
                        .findFirst()
                        .orElse(null);
        return OptimizationRunStatusBuilder.builder()
                .observedGeneration(generation)
                .phase(phase)
                .progress(progress)
                .accelerator(accelerator)
                .sourceDigest(sourceDigest)
                .datasetDigest(datasetDigest)
                .assessment(assessment)
                .plan(plan)
                .baseline(baseline)
                .trials(trials)
                .paretoFront(front)
                .paretoSize(front.isEmpty() ? null : front.size())
                .selected(selected)
                .certificate(certificate)
                .certificates(certificates)
                .retries(completionTime == null ? retries : List.of())
                .conditions(conditions.list())
                .startTime(startTime)
                .suspendedSince(suspendedSince)
                .suspendedSeconds(suspendedSeconds == 0 ? null : suspendedSeconds)
                .completionTime(completionTime)
                .report(current.report())
                .joulesSpent(trials.stream().allMatch(t -> t.joulesSpent() == null) ? null : Decimal.of(joulesSpent()))
                .learnedFrom(learnedFrom)
                .inheritedFrom(inheritedFrom)
                .measuredUnder(measuredUnder)
                .build();
    }
}
