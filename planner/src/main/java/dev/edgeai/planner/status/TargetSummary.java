package dev.edgeai.planner.status;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.ModelPhase;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.rollout.RampStep;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.planner.version.Revision;
import dev.edgeai.planner.version.SourceVersions;
import io.fabric8.kubernetes.api.model.Condition;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What one target adds to the conditions of its EdgeModel. Each is empty when there is nothing to say. */
final class TargetSummary {
    private final TargetOutcome seen;
    private final TargetStatus status;
    private final EdgeModel model;

    TargetSummary(TargetOutcome seen, EdgeModel model) {
        this.seen = seen;
        this.model = model;
        this.status = seen.status();
    }

    /** Why it is not ready: users reach the stable version, all its pods are ready, and no rollout is failing. */
    Optional<Explanation> notReady() {
        if (status.stable() == null) {
            return Optional.of(stalled()
                    .or(this::progress)
                    .or(this::scaledToZero)
                    .orElse(new Explanation(Reason.NOT_SERVING, "no certified variant serves yet")));
        }
        if (status.phase() == RolloutPhase.ROLLING_BACK) {
            return Optional.of(new Explanation(Reason.ROLLING_BACK, message("rolling back")));
        }
        return scaledToZero().or(this::podsMissing).or(seen::unreached);
    }

    private boolean serves() {
        return seen.serves();
    }

    /** Whether it has a version for its users. */
    boolean hasStable() {
        return status.stable() != null;
    }

    /** An orderly state that somebody asked for; only that it does not serve has to be known. */
    Optional<Explanation> scaledToZero() {
        if (!serves() || seen.replicas() > 0) {
            return Optional.empty();
        }
        String remedy = seen.target().serving().replicas() == null
                ? "kubectl scale -n %s edgemodel %s --replicas=1"
                        .formatted(
                                model.getMetadata().getNamespace(),
                                model.getMetadata().getName())
                : "set serving.replicas of target " + seen.target().name();
        return Optional.of(new Explanation(Reason.SCALED_TO_ZERO, "replicas is 0: nothing serves; " + remedy));
    }

    private Optional<Explanation> podsMissing() {
        return serves() && status.stable() != null && seen.ready() < seen.replicas()
                ? Optional.of(new Explanation(
                        Reason.PODS_NOT_READY,
                        "%d of %d pods of %s are ready%s"
                                .formatted(
                                        seen.ready(),
                                        seen.replicas(),
                                        Revision.named(status.stable()),
                                        seen.lacking().map(why -> ": " + why).orElse(""))))
                : Optional.empty();
    }

    /** What goes on, and comes to an end by itself. */
    Optional<Explanation> progress() {
        if (seen.failure().isPresent()) {
            return seen.failure().map(TargetOutcome.Failure::explanation);
        }
        if (seen.problem().isPresent()) {
            return Optional.empty();
        }
        if (model.getSpec().suspend()) {
            return status.phase() == RolloutPhase.ROLLING_BACK ? rollout() : Optional.empty();
        }
        return rollout()
                .or(this::optimizing)
                .or(this::waiting)
                .or(this::podsMissing)
                .or(this::lost);
    }

    /** What waits for a person, who may take days. */
    Optional<Explanation> awaitsPerson() {
        return status.phase() == RolloutPhase.AWAITING_PROMOTION
                ? Optional.of(new Explanation(Reason.AWAITING_PROMOTION, message(Reason.AWAITING_PROMOTION.text())))
                : Optional.empty();
    }

    private Optional<Explanation> lost() {
        return seen.replicas() == 0 ? Optional.empty() : seen.unreached();
    }

    private Optional<Explanation> rollout() {
        Optional<Reason> reason = switch (status.phase()) {
            case IDLE, PAUSED, AWAITING_PROMOTION -> Optional.empty();
            case PREPARING -> Optional.of(Reason.PREPARING);
            case WARMING -> Optional.of(Reason.WARMING);
            case RAMPING -> Optional.of(Reason.RAMPING);
            case PROMOTING -> Optional.of(Reason.PROMOTING);
            case BAKING -> Optional.of(Reason.BAKING);
            case ROLLING_BACK -> Optional.of(Reason.ROLLING_BACK);
        };
        return reason.map(r -> new Explanation(r, r == Reason.RAMPING ? ramp() : message(r.text())));
    }

    /** For example {@code ramping openvino/int8-ptq: 33 % of 50 % wanted, step 2/2, 14 s of 60 s}. */
    private String ramp() {
        Version candidate = status.candidate();
        List<RampStep> steps = seen.policy().ramp();
        int step = status.step() == null ? 0 : status.step();
        if (candidate == null || status.since() == null || step >= steps.size()) {
            return message("ramping");
        }
        long elapsed =
                Duration.between(Instant.parse(status.since()), seen.now()).toSeconds();
        return "ramping %s: %d %% of %d %% wanted, step %d/%d, %d s of %d s; %s"
                .formatted(
                        Revision.named(candidate),
                        candidate.weight(),
                        steps.get(step).weight(),
                        step + 1,
                        steps.size(),
                        elapsed,
                        steps.get(step).hold().duration().toSeconds(),
                        message("analysis goes on"));
    }

    private Optional<Explanation> optimizing() {
        if (runStalled().isPresent() || seen.problem().isPresent()) {
            return Optional.empty();
        }
        return seen.run()
                .filter(run -> phase(run).map(p -> !isEnd(p)).orElse(true))
                .map(TargetSummary::optimizing);
    }

    private static Explanation optimizing(OptimizationRun run) {
        OptimizationRunStatus status = run.getStatus();
        String name = run.getMetadata().getName();
        if (status == null) {
            return new Explanation(Reason.WAITING_FOR_RUN, "optimizing: run " + name + " is about to start");
        }
        Reason reason = Conditions.find(status.conditions(), Conditions.RECONCILING)
                .flatMap(c -> Reason.of(c.getReason()))
                .orElse(Reason.WAITING_FOR_RUN);
        String trying = status.trials().stream()
                .filter(trial -> trial.phase() == TrialPhase.RUNNING)
                .map(TrialStatus::variant)
                .collect(Collectors.joining(", "));
        String progress = status.progress() == null || reason != Reason.SEARCHING
                ? Conditions.find(status.conditions(), Conditions.RECONCILING)
                        .map(Condition::getMessage)
                        .orElse("run " + name)
                : "trial " + status.progress() + (trying.isEmpty() ? "" : " (" + trying + ")");
        return new Explanation(reason, "optimizing: " + progress + " in run " + name);
    }

    /** Between a rollback and the next try. */
    private Optional<Explanation> waiting() {
        return rests() && seen.behind() && seen.waits() && scaledToZero().isEmpty()
                ? Optional.of(new Explanation(
                        Reason.ROLLED_BACK, seen.suggestion().orElseGet(() -> message("the next try follows"))))
                : Optional.empty();
    }

    private boolean rests() {
        return status.phase() == RolloutPhase.IDLE;
    }

    /** Why a person has to act. */
    Optional<Explanation> stalled() {
        return seen.problem().or(this::runStalled).or(this::exhausted);
    }

    /** Why the run asks a person to act. That its source was chosen is no help where a variant serves. */
    private Optional<Explanation> runStalled() {
        return seen.runStatus()
                .flatMap(run -> Conditions.find(run.conditions(), Conditions.STALLED))
                .filter(condition -> "True".equals(condition.getStatus()))
                .map(this::said)
                .or(() -> SourceVersions.hasVariant(status) ? noneQualified() : Optional.empty());
    }

    /** Why the run chose its source. */
    private Optional<Explanation> noneQualified() {
        return seen.runStatus()
                .filter(OptimizationRunStatus::choseSource)
                .flatMap(run -> Conditions.find(run.conditions(), Conditions.READY))
                .map(this::said);
    }

    private Explanation said(Condition ofRun) {
        return new Explanation(
                Reason.of(ofRun.getReason()).orElse(Reason.TRIAL_FAILED),
                "run " + status.run() + ": " + ofRun.getMessage());
    }

    private Optional<Explanation> exhausted() {
        return rests() && seen.behind() && !seen.waits()
                ? rejection()
                        .map(why -> new Explanation(
                                Reason.REMEDIATION_EXHAUSTED,
                                seen.suggestion().map(what -> why + "; " + what).orElse(why)))
                : Optional.empty();
    }

    /** Why what serves is less than what was asked for. */
    Optional<Explanation> degraded() {
        boolean rolledBack = status.phase() == RolloutPhase.ROLLING_BACK || (rests() && seen.behind());
        return podsMissing()
                .or(() -> status.stable() == null ? Optional.empty() : lost())
                .or(() -> rolledBack ? lastRollback() : Optional.empty())
                .or(() -> status.stable() == null ? Optional.empty() : runStalled());
    }

    private Optional<Explanation> lastRollback() {
        return Optional.ofNullable(status.lastRollback())
                .map(rollback -> new Explanation(
                        Reason.of(rollback.reason()).orElse(Reason.ROLLED_BACK),
                        "rolled back at " + rollback.time() + ": " + rollback.message()));
    }

    private Optional<String> rejection() {
        return status.rejected().isEmpty()
                ? Optional.empty()
                : Optional.of("rejected: " + status.rejected().getLast().message());
    }

    /** Why its variants are not the best of the present inputs. */
    Optional<Explanation> notOptimized() {
        boolean succeeded = seen.runStatus()
                .filter(run -> run.phase() == RunPhase.SUCCEEDED && !run.choseSource())
                .isPresent();
        return succeeded
                ? Optional.empty()
                : Optional.of(seen.problem()
                        .or(this::runStalled)
                        .or(this::noneQualified)
                        .or(this::optimizing)
                        .orElse(new Explanation(Reason.WAITING_FOR_RUN, "no run for the present spec yet")));
    }

    /** In one word, for the printed column. */
    ModelPhase phase() {
        return Stream.of(
                        rolloutPhase(),
                        optimizing().map(_ -> ModelPhase.OPTIMIZING),
                        stalled().map(_ -> ModelPhase.STALLED),
                        scaledToZero().map(_ -> ModelPhase.SCALED_TO_ZERO))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(
                        status.stable() == null
                                ? ModelPhase.PENDING
                                : serves() ? ModelPhase.SERVING : ModelPhase.BUNDLED);
    }

    private Optional<ModelPhase> rolloutPhase() {
        return switch (status.phase()) {
            case IDLE -> Optional.empty();
            case PREPARING -> Optional.of(ModelPhase.PREPARING);
            case WARMING -> Optional.of(ModelPhase.WARMING);
            case RAMPING -> Optional.of(ModelPhase.RAMPING);
            case AWAITING_PROMOTION -> Optional.of(ModelPhase.AWAITING_PROMOTION);
            case PROMOTING -> Optional.of(ModelPhase.PROMOTING);
            case BAKING -> Optional.of(ModelPhase.BAKING);
            case ROLLING_BACK -> Optional.of(ModelPhase.ROLLING_BACK);
            case PAUSED -> Optional.of(ModelPhase.PAUSED);
        };
    }

    private String message(String otherwise) {
        return status.message() == null ? otherwise : status.message();
    }

    private static Optional<RunPhase> phase(OptimizationRun run) {
        return Optional.ofNullable(run.getStatus()).map(OptimizationRunStatus::phase);
    }

    private static boolean isEnd(RunPhase phase) {
        return phase == RunPhase.SUCCEEDED || phase == RunPhase.FAILED;
    }
}
