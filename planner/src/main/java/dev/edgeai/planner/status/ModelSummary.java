package dev.edgeai.planner.status;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.EdgeModelStatusBuilder;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.version.Revision;
import dev.edgeai.planner.version.SourceVersions;
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
import java.util.stream.Stream;

/**
 * The status of an EdgeModel from what its targets came to. {@code Ready} tells whether it serves as wanted,
 * {@code Reconciling} whether something goes on, {@code Stalled} whether a person has to act: a model may be ready while
 * the next version ramps.
 */
public final class ModelSummary {
    private static final int ALL = 100;

    private final EdgeModel model;
    private final List<TargetOutcome> outcomes;
    private final List<TargetStatus> servingOn;

    private ModelSummary(EdgeModel model, List<TargetOutcome> outcomes, List<TargetStatus> servingOn) {
        this.model = model;
        this.outcomes = outcomes;
        this.servingOn = servingOn;
    }

    /**
     * The status of what was looked at.
     *
     * @param outcomes of the targets of the spec
     * @param servingOn statuses of targets that were removed from the spec and serve on
     */
    public static EdgeModelStatus of(
            EdgeModel model, List<TargetOutcome> outcomes, List<TargetStatus> servingOn, Instant now) {
        return new ModelSummary(model, outcomes, servingOn).status(now);
    }

    /** The status as it was written last, with what kept it from being made anew. */
    public static EdgeModelStatus failed(EdgeModel model, TargetOutcome.Failure failure, Instant now) {
        EdgeModelStatus last = model.getStatus();
        Conditions conditions = conditionsBefore(model, now)
                .with(
                        Conditions.RECONCILING,
                        true,
                        failure.explanation().reason(),
                        failure.explanation().message());
        List<Condition> all = failed(conditions, model, failure).list();
        return last == null
                ? EdgeModelStatusBuilder.builder()
                        .conditions(all)
                        .targets(List.of())
                        .build()
                : EdgeModelStatusBuilder.builder()
                        .observedGeneration(last.observedGeneration())
                        .conditions(all)
                        .sourceDigest(last.sourceDigest())
                        .phase(last.phase())
                        .variant(last.variant())
                        .speedup(last.speedup())
                        .accuracyRetention(last.accuracyRetention())
                        .weight(last.weight())
                        .targets(last.targets())
                        .replicas(last.replicas())
                        .selector(last.selector())
                        .sourceTag(last.sourceTag())
                        .stages(last.stages())
                        .build();
    }

    /** Ready is not kept where nobody could look: not for long, and never over a change of the spec. */
    private static Conditions failed(Conditions conditions, EdgeModel model, TargetOutcome.Failure failure) {
        return failure.isShown()
                        || !Objects.equals(
                                observedGeneration(model), model.getMetadata().getGeneration())
                ? conditions.unknown(
                        Conditions.READY,
                        failure.explanation().reason(),
                        failure.explanation().message())
                : conditions;
    }

    private static @Nullable Long observedGeneration(EdgeModel model) {
        return model.getStatus() == null ? null : model.getStatus().observedGeneration();
    }

    private static Conditions conditionsBefore(EdgeModel model, Instant now) {
        return Conditions.of(
                model.getStatus() == null ? List.of() : model.getStatus().conditions(),
                Objects.requireNonNullElse(model.getMetadata().getGeneration(), 0L),
                now);
    }

    private EdgeModelStatus status(Instant now) {
        Optional<Version> stable = first(TargetStatus::stable);
        Optional<Version> newest = first(TargetStatus::candidate).or(() -> stable);
        return EdgeModelStatusBuilder.builder()
                .observedGeneration(
                        failure().isPresent()
                                ? observedGeneration(model)
                                : model.getMetadata().getGeneration())
                .conditions(conditions(now))
                .sourceDigest(sourceDigest())
                .phase(outcomes.stream()
                        .map(this::summary)
                        .map(TargetSummary::phase)
                        .min(Comparator.naturalOrder())
                        .orElse(null))
                .variant(stable.or(() -> newest).map(Version::variant).orElse(null))
                .speedup(stable.or(() -> newest).map(Version::speedup).orElse(null))
                .accuracyRetention(
                        stable.or(() -> newest).map(Version::accuracyRetention).orElse(null))
                .weight(weight(newest))
                .targets(Stream.concat(outcomes.stream().map(TargetOutcome::status), servingOn.stream())
                        .toList())
                .replicas(replicas())
                .selector(selector())
                .sourceTag(model.getStatus() == null ? null : model.getStatus().sourceTag())
                .stages(Stages.of(
                        outcomes,
                        model.getStatus() == null
                                ? List.of()
                                : model.getStatus().stages(),
                        now))
                .build();
    }

    /** Of the requests; without pods there are none. */
    private @Nullable Integer weight(Optional<Version> newest) {
        boolean pods = outcomes.stream().anyMatch(o -> !o.serves() || o.replicas() > 0);
        return newest.map(version -> pods ? version.weight() : 0).orElse(null);
    }

    private List<Condition> conditions(Instant now) {
        Conditions conditions = conditionsBefore(model, now);
        conditions = negative(conditions, Conditions.READY, this::notReady, servingWhat(), this::serving);
        Optional<TargetOutcome.Failure> failure = failure();
        if (failure.isPresent()) {
            conditions = failed(conditions, model, failure.get());
        }
        conditions = reconciling(conditions);
        conditions = positive(conditions, Conditions.STALLED, TargetSummary::stalled);
        conditions = negative(
                conditions, Conditions.OPTIMIZED, TargetSummary::notOptimized, Reason.OPTIMIZED, this::variants);
        return positive(conditions, Conditions.DEGRADED, TargetSummary::degraded)
                .list();
    }

    /** Only what ends by itself: whoever waits for the end of a rollout must not wait for a person. */
    private Conditions reconciling(Conditions conditions) {
        return said(TargetSummary::progress)
                .map(said -> conditions.with(Conditions.RECONCILING, true, said.reason(), said.message()))
                .or(() -> resting()
                        .map(said -> conditions.with(Conditions.RECONCILING, false, said.reason(), said.message())))
                .orElseGet(() -> conditions.with(Conditions.RECONCILING, false, rest(), serving()));
    }

    private Optional<Explanation> resting() {
        return model.getSpec().suspend()
                ? Optional.of(new Explanation(
                        Reason.SUSPENDED, "spec.suspend is true: nothing moves, what serves goes on serving"))
                : said(TargetSummary::awaitsPerson).or(() -> said(TargetSummary::scaledToZero));
    }

    /** A condition that is true when any target says something. */
    private Conditions positive(
            Conditions conditions, String type, Function<TargetSummary, Optional<Explanation>> ask) {
        return said(ask)
                .map(said -> conditions.with(type, true, said.reason(), said.message()))
                .orElseGet(() -> conditions.with(type, false, rest(), serving()));
    }

    private Reason servingWhat() {
        boolean source = outcomes.stream()
                .map(o -> o.status().stable())
                .filter(Objects::nonNull)
                .anyMatch(SourceVersions::isSource);
        return source ? Reason.SERVING_SOURCE : Reason.SERVING;
    }

    /** Why nothing is to be said. */
    private Reason rest() {
        boolean serves = outcomes.stream().anyMatch(o -> o.status().stable() != null && (!o.serves() || o.ready() > 0));
        return serves ? Reason.SERVING : Reason.NOT_SERVING;
    }

    /** A target that was renamed is another one; its users stay where they are until it serves. */
    private Optional<Explanation> notReady(TargetSummary summary) {
        return summary.notReady()
                .map(why -> summary.hasStable() || servingOn.isEmpty()
                        ? why
                        : new Explanation(why.reason(), why.message() + servingMeanwhile()));
    }

    private String servingMeanwhile() {
        return servingOn.stream()
                .map(status -> "; target " + status.name() + " serves on meanwhile, though removed from the spec")
                .collect(Collectors.joining());
    }

    /** A condition that is true when no target objects. */
    private Conditions negative(
            Conditions conditions,
            String type,
            Function<TargetSummary, Optional<Explanation>> objection,
            Reason reason,
            Supplier<String> message) {
        return said(objection)
                .map(said -> conditions.with(type, false, said.reason(), said.message()))
                .orElseGet(() -> conditions.with(type, true, reason, message.get()));
    }

    /** The first reason, and what all targets say. */
    private Optional<Explanation> said(Function<TargetSummary, Optional<Explanation>> ask) {
        Optional<Reason> reason = outcomes.stream()
                .flatMap(o -> ask.apply(summary(o)).stream())
                .map(Explanation::reason)
                .findFirst();
        String all = outcomes.stream()
                .flatMap(o -> ask.apply(summary(o)).stream().map(said -> named(o) + said.message()))
                .collect(Collectors.joining("; "));
        return reason.map(r -> new Explanation(r, all));
    }

    private TargetSummary summary(TargetOutcome outcome) {
        return new TargetSummary(outcome, model);
    }

    private Optional<TargetOutcome.Failure> failure() {
        return outcomes.stream()
                .flatMap(o ->
                        o.failure().map(f -> new TargetOutcome.Failure(f.times(), named(o) + f.message())).stream())
                .max(Comparator.comparingInt(TargetOutcome.Failure::times));
    }

    private String serving() {
        String what = outcomes.stream()
                .flatMap(o -> Optional.ofNullable(o.status().stable()).stream()
                        .map(version -> named(o) + Revision.named(version) + serving(o)))
                .collect(Collectors.joining("; "));
        return what.isEmpty() ? nothingYet() : what;
    }

    private String nothingYet() {
        return servingOn.isEmpty() ? "nothing serves yet" : "no target of the spec serves yet" + servingMeanwhile();
    }

    private static String serving(TargetOutcome outcome) {
        if (!outcome.serves()) {
            return " is certified as a bundle";
        }
        if (outcome.replicas() == 0) {
            return " is scaled to no pods";
        }
        if (outcome.ready() == 0) {
            return " has no ready pod";
        }
        Version stable = outcome.status().stable();
        boolean source = stable != null && SourceVersions.isSource(stable);
        return " serves with " + outcome.ready() + " ready pods" + (source ? ", as no variant qualified" : "");
    }

    private String variants() {
        return outcomes.stream()
                .map(o -> named(o) + "run " + o.status().run()
                        + o.runStatus()
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
                .flatMap(o -> o.runStatus().map(OptimizationRunStatus::sourceDigest).stream())
                .findFirst()
                .orElseGet(() ->
                        model.getStatus() == null ? null : model.getStatus().sourceDigest());
    }

    /**
     * The target that an autoscaler looks at: of those that follow {@code spec.replicas} the one with the most pods. One
     * and not all: an autoscaler multiplies the number of pods it finds and writes it to {@code spec.replicas}, which each
     * of them follows.
     */
    private Optional<TargetOutcome> scaled() {
        return outcomes.stream()
                .filter(o -> o.serves() && o.target().serving().replicas() == null)
                .reduce((one, other) -> other.ready() > one.ready() ? other : one);
    }

    /** Ready pods of the revision that {@link #selector} selects. */
    private int replicas() {
        return scaled().map(o -> serving(o.status())
                        .filter(version -> version.equals(o.status().candidate()))
                        .map(Version::readyReplicas)
                        .orElse(o.ready()))
                .orElse(0);
    }

    private String selector() {
        return scaled().flatMap(o ->
                        serving(o.status()).map(version -> selector(o.target().name(), version.revision())))
                .orElseGet(() -> selector("none", "none"));
    }

    /** The revision that serves the users and that is scaled for them: of a ramp the stable one, until none is left there. */
    private static Optional<Version> serving(TargetStatus status) {
        Version candidate = status.candidate();
        return candidate != null && candidate.weight() == ALL
                ? Optional.of(candidate)
                : Optional.ofNullable(status.stable());
    }

    /** Selects the pods of this revision in the syntax of {@code kubectl}. */
    private String selector(String target, String revision) {
        return "%s=%s,%s=%s,%s=%s,%s in (%s)"
                .formatted(
                        Labels.MODEL,
                        model.getMetadata().getName(),
                        Labels.TARGET,
                        target,
                        Labels.COMPONENT,
                        Labels.SERVE,
                        Labels.REVISION,
                        revision);
    }
}
