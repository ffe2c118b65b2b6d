package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverrides;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.source.SourceTag;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.observation.NodeFacts;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.planner.run.RunInputs;
import dev.edgeai.planner.source.TaggedSource;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One target of one EdgeModel with all that was gathered about it at one moment.
 *
 * @param model the EdgeModel
 * @param target the target of its spec
 * @param served what its objects are built from
 * @param written its status as it was written last
 * @param status the one to go on from
 * @param objects as the caches have them
 * @param runs OptimizationRuns of all targets of the EdgeModel
 * @param nodes the cluster's nodes
 * @param now the moment
 */
@RecordBuilder
public record TargetContext(
        EdgeModel model,
        Target target,
        ServedTarget served,
        TargetStatus written,
        TargetStatus status,
        TargetObjects objects,
        List<OptimizationRun> runs,
        NodeFacts nodes,
        Instant now) {

    /** The same with another status. */
    TargetContext with(TargetStatus other) {
        return TargetContextBuilder.builder()
                .model(model)
                .target(target)
                .served(served)
                .written(written)
                .status(other)
                .objects(objects)
                .runs(runs)
                .nodes(nodes)
                .now(now)
                .build();
    }

    RolloutPolicy policy() {
        return policy(model, target);
    }

    static RolloutPolicy policy(EdgeModel model, Target target) {
        RolloutOverrides overrides = target.rollout();
        RolloutPolicy base = model.getSpec().rollout();
        return overrides == null ? base : overrides.over(base);
    }

    String modelUid() {
        return model.getMetadata().getUid();
    }

    /** Pods the target should have. */
    int replicas() {
        return replicas(model, target);
    }

    static int replicas(EdgeModel model, Target target) {
        Integer own = target.serving().replicas();
        return own == null ? model.getSpec().replicas() : own;
    }

    Optional<String> annotation(String name) {
        return Optional.ofNullable(annotations().get(name)).filter(value -> !value.isBlank());
    }

    /** Of the EdgeModel. */
    Map<String, String> annotations() {
        return Objects.requireNonNullElse(model.getMetadata().getAnnotations(), Map.of());
    }

    /** What the versions of a run are built from: they are certified for the hardware the run found, maybe a fallback. */
    ServedTarget servedBy(OptimizationRun run) {
        return Optional.ofNullable(run.getStatus())
                .map(OptimizationRunStatus::accelerator)
                .flatMap(served.config()::accelerator)
                .map(served::on)
                .orElse(served);
    }

    /** The search that the model asks for on this target now; of one content, where the source's tag was followed. */
    OptimizationRunSpec wantedRun() {
        Optional<SourceTag> tag = Optional.ofNullable(model.getStatus()).map(EdgeModelStatus::sourceTag);
        return RunInputs.of(
                model.getSpec(),
                target,
                served.config().accelerator(target.accelerator()),
                TaggedSource.followed(model.getSpec().source(), tag));
    }

    /** What a version's objects are built from. */
    ServedTarget servedFor(Version version) {
        return run(version.run()).map(this::servedBy).orElse(served);
    }

    Optional<OptimizationRun> run(String name) {
        return runs.stream()
                .filter(run -> run.getMetadata().getName().equals(name))
                .findFirst();
    }
}
