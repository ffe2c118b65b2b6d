package dev.edgeai.planner.status;

import dev.edgeai.api.v1alpha1.EdgeModelStatus.Stage;
import dev.edgeai.api.v1alpha1.EdgeModelStatus.StageName;
import dev.edgeai.api.v1alpha1.EdgeModelStatus.StageState;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.Condition;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a delivery pipeline calls its stages, read from where the run of the newest inputs and the rollout are: validated
 * when the source is assessed and its baseline measured, optimized when the search is over, tested when the winner kept
 * its gates on held-out samples and is signed, staged when its own pods answered the warm-up, in production when it has
 * all users, monitored as long as a version serves.
 */
final class Stages {
    private static final Set<RolloutPhase> STAGING = Set.of(RolloutPhase.PREPARING, RolloutPhase.WARMING);
    private static final Set<RolloutPhase> PRODUCTION =
            Set.of(RolloutPhase.RAMPING, RolloutPhase.AWAITING_PROMOTION, RolloutPhase.PROMOTING);

    private final TargetOutcome seen;
    private final TargetStatus status;
    private final Optional<OptimizationRunStatus> run;
    private final Optional<RunPhase> runPhase;

    private Stages(TargetOutcome seen) {
        this.seen = seen;
        this.status = seen.status();
        this.run = seen.runStatus();
        this.runPhase = run.map(OptimizationRunStatus::phase);
    }

    /** A stage of one target. */
    private record Found(
            StageState state,
            @Nullable String evidence,
            @Nullable String message) {
        static final Found PENDING = new Found(StageState.PENDING, null, null);
        static final Found SKIPPED = new Found(StageState.SKIPPED, null, null);

        static Found passed(@Nullable String evidence) {
            return new Found(StageState.PASSED, evidence, null);
        }

        static Found running(@Nullable String message) {
            return new Found(StageState.RUNNING, null, message);
        }

        Found of(String target) {
            return new Found(state, evidence, message == null ? null : "target " + target + ": " + message);
        }
    }

    /**
     * The stages of a model.
     *
     * @param before as they were written last; a stage that has not changed keeps its time
     * @return of each stage that of the target which most asks for attention; empty without targets
     */
    static List<Stage> of(List<TargetOutcome> outcomes, List<Stage> before, Instant now) {
        if (outcomes.isEmpty()) {
            return List.of();
        }
        boolean unseen = outcomes.stream()
                .anyMatch(o -> o.failure().isPresent()
                        || o.run().isEmpty() && o.status().run() != null);
        if (unseen && !before.isEmpty()) {
            return before; // what could not be looked at has not changed for that
        }
        return Arrays.stream(StageName.values())
                .map(name -> outcomes.stream()
                        .map(outcome -> {
                            Found found = new Stages(outcome).find(name);
                            return outcomes.size() == 1
                                    ? found
                                    : found.of(outcome.target().name());
                        })
                        .min(Comparator.comparing(Found::state))
                        .map(found -> stage(name, found, before, now))
                        .orElseThrow())
                .toList();
    }

    private static Stage stage(StageName name, Found found, List<Stage> before, Instant now) {
        String since = before.stream()
                .filter(b -> b.name() == name && b.state() == found.state)
                .filter(b -> Objects.equals(b.evidence(), found.evidence))
                .map(Stage::since)
                .findFirst()
                .orElse(now.toString());
        return new Stage(name, found.state, since, found.evidence, found.message);
    }

    private Found find(StageName name) {
        return switch (name) {
            case MODEL_VALIDATION -> validation();
            case OPTIMIZATION -> optimization();
            case TESTING -> testing();
            case STAGING_DEPLOYMENT -> seen.serves() ? staging() : Found.SKIPPED;
            case PRODUCTION_DEPLOYMENT -> seen.serves() ? production() : bundle();
            case MONITORING -> seen.serves() ? monitoring() : Found.SKIPPED;
        };
    }

    private Found validation() {
        if (isValidated()) {
            return Found.passed(run.map(OptimizationRunStatus::sourceDigest).orElse(null));
        }
        return goesOn().orElseGet(() -> is(RunPhase.PENDING) || runPhase.isEmpty()
                ? new Found(StageState.PENDING, null, runSays(Conditions.RECONCILING))
                : Found.running(runSays(Conditions.RECONCILING)));
    }

    private Found optimization() {
        if (!isValidated()) {
            return Found.PENDING;
        }
        boolean ended = is(RunPhase.FAILED) && hasFront();
        return is(RunPhase.CERTIFYING) || is(RunPhase.SUCCEEDED) || ended
                ? Found.passed(run.map(OptimizationRunStatus::selected)
                        .map(OptimizationRunStatus.Selected::digest)
                        .orElse(null))
                : goesOn().orElseGet(() -> Found.running(runSays(Conditions.RECONCILING)));
    }

    private Found testing() {
        if (is(RunPhase.SUCCEEDED)) {
            return Found.passed(run.map(OptimizationRunStatus::certificate).orElse(null));
        }
        if (is(RunPhase.CERTIFYING)) {
            return Found.running(runSays(Conditions.RECONCILING));
        }
        return is(RunPhase.FAILED) && isValidated() && hasFront() ? goesOn().orElse(Found.PENDING) : Found.PENDING;
    }

    private Found staging() {
        RolloutPhase phase = phase();
        if (!is(RunPhase.SUCCEEDED)) {
            return Found.PENDING;
        }
        if (STAGING.contains(phase)) {
            return moving();
        }
        if (PRODUCTION.contains(phase)) {
            return Found.passed(digest(status.candidate()));
        }
        if (isInProduction()) {
            return Found.passed(digest(status.stable()));
        }
        return takenBack()
                .map(back -> back.during() == null || STAGING.contains(back.during())
                        ? new Found(StageState.FAILED, back.fromDigest(), back.message())
                        : Found.passed(back.fromDigest()))
                .orElse(Found.PENDING);
    }

    private Found production() {
        RolloutPhase phase = phase();
        if (!is(RunPhase.SUCCEEDED)) {
            return Found.PENDING;
        }
        if (PRODUCTION.contains(phase)) {
            return moving();
        }
        if (!STAGING.contains(phase) && isInProduction()) {
            return Found.passed(digest(status.stable()));
        }
        return takenBack()
                .filter(back -> !STAGING.contains(phase))
                .filter(back -> back.during() != null && !STAGING.contains(back.during()))
                .map(back -> new Found(StageState.FAILED, back.fromDigest(), back.message()))
                .orElse(Found.PENDING);
    }

    private Found bundle() {
        return status.bundle() == null || !is(RunPhase.SUCCEEDED) ? Found.PENDING : Found.passed(status.bundle());
    }

    private Found monitoring() {
        Version stable = status.stable();
        return stable == null || seen.replicas() == 0
                ? Found.PENDING
                : new Found(
                        StageState.RUNNING, stable.digest(), phase() == RolloutPhase.BAKING ? status.message() : null);
    }

    /** The rollout goes on, or waits for somebody. */
    private Found moving() {
        boolean person = status.phase() == RolloutPhase.PAUSED || status.phase() == RolloutPhase.AWAITING_PROMOTION;
        return new Found(
                person ? StageState.WAITING : StageState.RUNNING, digest(status.candidate()), status.message());
    }

    /** That the run has ended without it, or stands still. */
    private Optional<Found> goesOn() {
        if (is(RunPhase.FAILED)) {
            return Optional.of(new Found(StageState.FAILED, null, runSays(Conditions.STALLED)));
        }
        return is(RunPhase.SUSPENDED)
                ? Optional.of(new Found(StageState.WAITING, null, runSays(Conditions.RECONCILING)))
                : Optional.empty();
    }

    /** What the rollout is at, also while it stands still. */
    private RolloutPhase phase() {
        return status.phase() == RolloutPhase.PAUSED && status.pausedPhase() != null
                ? status.pausedPhase()
                : status.phase();
    }

    private boolean isInProduction() {
        RolloutPhase phase = phase();
        boolean rests = phase == RolloutPhase.BAKING || phase == RolloutPhase.IDLE;
        String serving = digest(status.stable());
        return rests
                && !seen.behind()
                && certified().anyMatch(digest -> digest.equals(serving)); // and not what an earlier run made
    }

    private Stream<String> certified() {
        return run.map(OptimizationRunStatus::certificates).orElse(List.of()).stream()
                .map(Certified::digest);
    }

    /** What was taken back of the variants of this run. */
    private Optional<Rollback> takenBack() {
        return Optional.ofNullable(status.lastRollback())
                .filter(back -> certified().anyMatch(back.fromDigest()::equals));
    }

    private boolean isValidated() {
        return is(RunPhase.CERTIFYING)
                || is(RunPhase.SUCCEEDED)
                || run.map(OptimizationRunStatus::baseline).isPresent();
    }

    private boolean hasFront() {
        return !run.map(OptimizationRunStatus::paretoFront).orElse(List.of()).isEmpty();
    }

    private boolean is(RunPhase phase) {
        return runPhase.filter(phase::equals).isPresent();
    }

    private @Nullable String runSays(String condition) {
        return run.flatMap(r -> Conditions.find(r.conditions(), condition))
                .map(Condition::getMessage)
                .filter(message -> !message.isBlank())
                .orElse(null);
    }

    private static @Nullable String digest(@Nullable Version version) {
        return version == null ? null : version.digest();
    }
}
