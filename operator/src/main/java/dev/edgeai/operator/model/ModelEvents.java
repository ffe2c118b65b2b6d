package dev.edgeai.operator.model;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.EdgeModelStatusBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.status.Events;
import dev.edgeai.planner.rollout.RefusedCommand;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.status.TargetOutcome;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells people of a model what no rollout tells: that somebody has to act, words of a person that name nothing, and runs that
 * somebody else made for it.
 */
final class ModelEvents {
    /** At one look; whoever makes one can make thousands. */
    private static final int TOLD_RUNS = 3;

    private final Services services;

    ModelEvents(Services services) {
        this.services = services;
    }

    /** The status with what was asked for in vain. */
    EdgeModelStatus tell(EdgeModel model, ModelObjects objects, EdgeModelStatus status) {
        objects.foreignRuns().stream().limit(TOLD_RUNS).forEach(run -> tell(model, run));
        stalled(model, status);
        List<RefusedCommand> refused = Stream.concat(
                        RefusedCommand.of(
                                Objects.requireNonNullElse(model.getMetadata().getAnnotations(), Map.of()),
                                status.targets(),
                                certified(objects.runs()))
                                .stream(),
                        retry(model, status).stream())
                .toList();
        refused.forEach(command -> services.events()
                .tell(model, Events.Type.WARNING, Reason.COMMAND_REFUSED.text(), command.message(), command.message()));
        String waiting = refused.stream()
                .filter(RefusedCommand::waits)
                .map(RefusedCommand::message)
                .collect(Collectors.joining("; "));
        return waiting.isEmpty()
                ? status
                : EdgeModelStatusBuilder.builder(status)
                        .conditions(status.conditions().stream()
                                .map(condition -> with(condition, waiting))
                                .toList())
                        .build();
    }

    /** A run of a model that is suspended is made anew later, and what is stalled has something to try again. */
    private static Optional<RefusedCommand> retry(EdgeModel model, EdgeModelStatus status) {
        return Optional.ofNullable(model.getStatus())
                .filter(_ -> !model.getSpec().suspend())
                .filter(before -> Stream.of(Conditions.SOURCE_MOVED, Conditions.STALLED)
                        .noneMatch(type -> Conditions.isTrue(before.conditions(), type)))
                .flatMap(before -> RefusedCommand.ofRetry(before.targets(), status.targets()));
    }

    /** Tells what keeps things that nobody needs, when that is more than an ordinary hiccup of the API server. */
    void notCleanedUp(EdgeModel model, TargetOutcome.Failure failure) {
        if (failure.isShown()) {
            services.events()
                    .tell(
                            model,
                            Events.Type.WARNING,
                            Reason.RECONCILE_FAILED.text(),
                            "what is not needed any more is not deleted, and that is tried again: " + failure.message(),
                            "not cleaned up: " + failure.kind());
        }
    }

    /** Once for each reason that it stalls for, and again when it had gone on meanwhile. */
    private void stalled(EdgeModel model, EdgeModelStatus status) {
        List<Condition> written =
                model.getStatus() == null ? List.of() : model.getStatus().conditions();
        Optional<Condition> before = Conditions.find(written, Conditions.STALLED);
        Optional<String> told =
                before.filter(condition -> "True".equals(condition.getStatus())).map(Condition::getReason);
        stalled(status)
                .filter(condition -> told.filter(condition.getReason()::equals).isEmpty())
                .ifPresent(condition -> services.events()
                        .tell(
                                model,
                                Events.Type.WARNING,
                                condition.getReason(),
                                condition.getMessage(),
                                // of the state that is left, so that a repetition has the same key
                                "stalled/"
                                        + before.map(Condition::getLastTransitionTime)
                                                .orElse("")));
    }

    private static Optional<Condition> stalled(EdgeModelStatus status) {
        return Conditions.find(status.conditions(), Conditions.STALLED)
                .filter(condition -> "True".equals(condition.getStatus()));
    }

    private static Condition with(Condition condition, String more) {
        return Conditions.RECONCILING.equals(condition.getType())
                ? new ConditionBuilder(condition)
                        .withMessage(condition.getMessage() + "; " + more)
                        .build()
                : condition;
    }

    private static Set<String> certified(List<OptimizationRun> runs) {
        return runs.stream()
                .filter(run -> run.getStatus() != null)
                .flatMap(run -> run.getStatus().certificates().stream())
                .map(Certified::digest)
                .collect(Collectors.toSet());
    }

    private void tell(EdgeModel model, OptimizationRun foreign) {
        services.events()
                .tell(
                        model,
                        Events.Type.WARNING,
                        Reason.FOREIGN_OBJECT.text(),
                        "OptimizationRun %s says that this model owns it, and has no seal of this operator: it is measured as any other, and nothing of it is brought out for this model; delete it if nobody needs it"
                                .formatted(foreign.getMetadata().getName()),
                        foreign.getMetadata().getUid());
    }
}
