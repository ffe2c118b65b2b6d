package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.Delivery;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.rollout.TargetOutcome.Said;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The status of an EdgeModel from what its targets came to. {@code Ready} tells whether it serves as wanted,
 * {@code Reconciling} whether something goes on, {@code Stalled} whether a person has to act: a model may be ready while
 * the next version ramps.
 */
final class ModelSummary {
    /** Words of {@code status.phase}, the least settled first. */
    static final List<String> ORDER = List.of(
            "RollingBack",
            "Stalled",
            "Pending",
            "Optimizing",
            "Preparing",
            "Warming",
            "Ramping",
            "AwaitingPromotion",
            "Promoting",
            "Paused",
            "Baking",
            "Serving",
            "Bundled");

    private final EdgeModel model;
    private final List<TargetOutcome> outcomes;

    private ModelSummary(EdgeModel model, List<TargetOutcome> outcomes) {
        this.model = model;
        this.outcomes = outcomes;
    }

    static EdgeModelStatus of(EdgeModel model, List<TargetOutcome> outcomes, Instant now) {
        return new ModelSummary(model, outcomes).status(now);
    }

    private EdgeModelStatus status(Instant now) {
        Optional<Version> stable = first(TargetStatus::stable);
        Optional<Version> newest = first(TargetStatus::candidate).or(() -> stable);
        return new EdgeModelStatus(
                model.getMetadata().getGeneration(),
                conditions(now),
                sourceDigest(),
                outcomes.stream()
                        .map(TargetSummary::new)
                        .min(Comparator.comparingInt(TargetSummary::settled))
                        .map(TargetSummary::word)
                        .orElse(null),
                stable.or(() -> newest).map(Version::variant).orElse(null),
                stable.or(() -> newest).map(Version::speedup).orElse(null),
                stable.or(() -> newest).map(Version::accuracyRetention).orElse(null),
                newest.map(Version::weight).orElse(null),
                outcomes.stream().map(TargetOutcome::status).toList(),
                replicas(),
                selector());
    }

    private List<Condition> conditions(Instant now) {
        List<Condition> before =
                model.getStatus() == null ? List.of() : model.getStatus().conditions();
        Conditions conditions = Conditions.of(
                before, Objects.requireNonNullElse(model.getMetadata().getGeneration(), 0L), now);
        conditions = negative(conditions, Conditions.READY, TargetSummary::notReady, Reason.SERVING, this::serving);
        conditions = positive(conditions, Conditions.RECONCILING, TargetSummary::progress);
        conditions = positive(conditions, Conditions.STALLED, TargetSummary::stalled);
        conditions = negative(
                conditions, Conditions.OPTIMIZED, TargetSummary::notOptimized, Reason.OPTIMIZED, this::variants);
        return positive(conditions, Conditions.DEGRADED, TargetSummary::degraded)
                .list();
    }

    /** A condition that is true when any target says something. */
    private Conditions positive(Conditions conditions, String type, Function<TargetSummary, Optional<Said>> ask) {
        return said(ask)
                .map(said -> conditions.with(type, true, said.reason(), said.message()))
                .orElseGet(() -> model.getSpec().suspend() && type.equals(Conditions.RECONCILING)
                        ? conditions.with(type, false, Reason.PAUSED, "spec.suspend is true: nothing moves")
                        : conditions.with(type, false, Reason.SERVING, this.serving()));
    }

    /** A condition that is true when no target objects. */
    private Conditions negative(
            Conditions conditions,
            String type,
            Function<TargetSummary, Optional<Said>> objection,
            Reason reason,
            Supplier<String> message) {
        return said(objection)
                .map(said -> conditions.with(type, false, said.reason(), said.message()))
                .orElseGet(() -> conditions.with(type, true, reason, message.get()));
    }

    /** The first reason, and what all targets say. */
    private Optional<Said> said(Function<TargetSummary, Optional<Said>> ask) {
        Optional<Reason> reason = outcomes.stream()
                .flatMap(o -> ask.apply(new TargetSummary(o)).stream())
                .map(Said::reason)
                .findFirst();
        String all = outcomes.stream()
                .flatMap(o -> ask.apply(new TargetSummary(o)).stream().map(said -> named(o) + said.message()))
                .collect(Collectors.joining("; "));
        return reason.map(r -> new Said(r, all));
    }

    private String serving() {
        String what = outcomes.stream()
                .flatMap(o -> Optional.ofNullable(o.status().stable()).stream()
                        .map(version -> named(o)
                                + version.variant()
                                + (o.target().delivery() == Delivery.SERVE
                                        ? " serves with " + o.ready() + " ready pods"
                                        : " is certified as a bundle")))
                .collect(Collectors.joining("; "));
        return what.isEmpty() ? "nothing serves yet" : what;
    }

    private String variants() {
        return outcomes.stream()
                .map(o -> named(o) + "run " + o.status().run()
                        + o.run()
                                .map(OptimizationRun::getStatus)
                                .map(OptimizationRunStatus::selected)
                                .map(selected -> " selected " + selected.variant() + ": " + selected.reason())
                                .orElse(" succeeded"))
                .collect(Collectors.joining("; "));
    }

    /** With several targets each sentence names its own. */
    private String named(TargetOutcome outcome) {
        return outcomes.size() == 1 ? "" : outcome.target().name() + ": ";
    }

    private Optional<Version> first(Function<TargetStatus, @Nullable Version> version) {
        return outcomes.stream()
                .flatMap(o -> Optional.ofNullable(version.apply(o.status())).stream())
                .findFirst();
    }

    private @Nullable String sourceDigest() {
        return outcomes.stream()
                .flatMap(o -> o.run().map(OptimizationRun::getStatus).map(OptimizationRunStatus::sourceDigest).stream())
                .findFirst()
                .orElseGet(() ->
                        model.getStatus() == null ? null : model.getStatus().sourceDigest());
    }

    /**
     * Pods of the target with the most among those that follow {@code spec.replicas}. Not the sum over the targets: an
     * autoscaler multiplies this number and writes it to {@code spec.replicas}, which each of them follows.
     */
    private int replicas() {
        return outcomes.stream()
                .filter(o -> o.target().serving().replicas() == null)
                .mapToInt(TargetOutcome::ready)
                .max()
                .orElse(0);
    }

    private String selector() {
        return Labels.MODEL + "=" + model.getMetadata().getName() + "," + Labels.COMPONENT + "=" + TargetRef.SERVE;
    }
}
