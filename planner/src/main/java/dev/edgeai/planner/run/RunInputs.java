package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.v1alpha1.EdgeModelSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.gate.GateOverrides;
import dev.edgeai.api.v1alpha1.gate.GateOverridesBuilder;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.rollout.Delivery;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverrides;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.rollout.WhenNoneQualifies;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

/** The search that an EdgeModel asks for on one target. */
public final class RunInputs {
    /** Where no profile is known: nothing limits a bundle but its own gates. */
    public static OptimizationRunSpec of(EdgeModelSpec model, Target target) {
        return of(model, target, Optional.empty());
    }

    /**
     * What is absent takes its default, so that equal wishes give equal specifications.
     *
     * @param profile of the target's accelerator; its {@code maxBundleSize} limits what a bundle may take
     */
    public static OptimizationRunSpec of(EdgeModelSpec model, Target target, Optional<AcceleratorProfile> profile) {
        return of(model, target, profile, Optional.empty());
    }

    /**
     * The same of exactly one content of the source.
     *
     * @param followed digest that the source's tag was followed to; a pin of the model's own comes first
     */
    @SuppressWarnings("NullAway") // the record completes them
    public static OptimizationRunSpec of(
            EdgeModelSpec model, Target target, Optional<AcceleratorProfile> profile, Optional<String> followed) {
        ModelSource source = model.source();
        String pin = source.digest() == null ? followed.orElse(null) : source.digest();
        return OptimizationRunSpecBuilder.builder()
                .source(new ModelSource(source.uri(), pin, source.credentialsSecretRef()))
                .task(model.task())
                .evaluation(model.evaluation())
                .accelerator(target.accelerator())
                .objectives(model.objectives())
                .gates(gates(model, target, profile))
                .search(target.search())
                .whenNoneQualifies(whenNoneQualifies(model, target))
                .build();
    }

    /** The same search of exactly this content of its source. */
    public static OptimizationRunSpec pinned(OptimizationRunSpec run, String digest) {
        ModelSource source = run.source();
        return OptimizationRunSpecBuilder.builder(run)
                .source(new ModelSource(source.uri(), digest, source.credentialsSecretRef()))
                .build();
    }

    /**
     * The inputs of a run as they are compared with those that are wanted: what serves when no variant qualifies has made no
     * difference where one did.
     */
    static OptimizationRunSpec compared(
            OptimizationRunSpec run, @Nullable OptimizationRunStatus status, OptimizationRunSpec wanted) {
        return status != null && status.foundVariant()
                ? OptimizationRunSpecBuilder.builder(run)
                        .whenNoneQualifies(wanted.whenNoneQualifies())
                        .build()
                : run;
    }

    /** Absent: nothing. A bundle leaves the cluster for a device, and there is none of what passed no gate. */
    private static @Nullable WhenNoneQualifies whenNoneQualifies(EdgeModelSpec model, Target target) {
        RolloutOverrides overrides = target.rollout();
        RolloutPolicy policy = overrides == null ? model.rollout() : overrides.over(model.rollout());
        boolean source =
                target.delivery() == Delivery.SERVE && policy.whenNoneQualifies() == WhenNoneQualifies.SERVE_SOURCE;
        return source ? WhenNoneQualifies.SERVE_SOURCE : null;
    }

    private static Gates gates(EdgeModelSpec model, Target target, Optional<AcceleratorProfile> profile) {
        GateOverrides overrides = target.gates();
        Gates gates = overrides == null ? model.gates() : overrides.over(model.gates());
        return profile.filter(_ -> target.delivery() == Delivery.BUNDLE)
                .map(AcceleratorProfile::maxBundleSize)
                .map(limit -> withSizeLimit(gates, limit))
                .orElse(gates);
    }

    /** A target may ask for less than the device takes, not for more. */
    private static Gates withSizeLimit(Gates gates, Quantity limit) {
        Quantity asked = gates.maxSize();
        boolean stricter = asked != null && asked.getNumericalAmount().compareTo(limit.getNumericalAmount()) <= 0;
        return stricter ? gates : sizeOnly(limit).over(gates);
    }

    @SuppressWarnings("NullAway") // absent: not overridden
    private static GateOverrides sizeOnly(Quantity limit) {
        return GateOverridesBuilder.builder().maxSize(limit).build();
    }

    private RunInputs() {}
}
