package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** One target: which run made its variants, what serves, what is on its way. */
public record TargetStatus(
        String name,
        RolloutPhase phase,

        @JsonPropertyDescription("Name of the OptimizationRun of the current inputs") @Nullable
        String run,

        @JsonPropertyDescription("Step of the ramp, from 0, while Ramping") @Nullable
        Integer step,

        @JsonPropertyDescription("When the phase or step began") @Nullable
        String since,

        @JsonPropertyDescription("The phase to go on with when spec.suspend ends") @Nullable
        RolloutPhase pausedPhase,

        @Nullable Version stable,
        @Nullable Version candidate,

        @JsonPropertyDescription("Kept ready during the bake") @Nullable
        Version previous,

        List<AnalysisResult> analysis,
        @Nullable Rollback lastRollback,
        @Size(max = 20) List<RejectedDigest> rejected,

        @JsonPropertyDescription("Value of the annotation edgeai.dev/retry that was acted on last") @Nullable
        String retry,

        @Nullable String message,

        @JsonPropertyDescription(
                "Pullable reference of the signed bundle, repository@digest; of a target that is delivered so")
        @Nullable
        String bundle) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public TargetStatus {
        analysis = analysis == null ? List.of() : List.copyOf(analysis);
        rejected = rejected == null ? List.of() : List.copyOf(rejected);
    }

    /** A certified artifact with the way it is served. */
    public record Version(
            @JsonPropertyDescription("Name of the pods' revision label and suffix of the Deployment")
            String revision,

            @JsonPropertyDescription("Pullable reference, repository@digest")
            String artifact,

            String digest,

            @JsonPropertyDescription("Digest of the certificate")
            String certificate,

            @JsonPropertyDescription("OptimizationRun and trial it comes from")
            String run,

            String trial,

            @JsonPropertyDescription("For example openvino/int8-ptq")
            String variant,

            @Nullable Decimal speedup,
            @Nullable Decimal accuracyRetention,

            @JsonPropertyDescription("Percent of the traffic, as it is")
            Integer weight,

            @JsonPropertyDescription("Percent of the traffic the ramp asks for")
            Integer desiredWeight,

            Integer readyReplicas) {}

    /** One metric's analysis over this rollout so far. */
    public record AnalysisResult(
            String metric,
            Verdict verdict,
            @JsonPropertyDescription("Last value") @Nullable Decimal value,

            @JsonPropertyDescription("Last value of the stable version") @Nullable
            Decimal stableValue,

            Integer passed,
            Integer failed,
            Integer inconclusive,

            @JsonPropertyDescription("Measurements in a row that could not be read")
            Integer consecutiveErrors,

            @Nullable String time,
            @Nullable String message) {}

    /** The last automatic rollback. */
    public record Rollback(
            String time,
            String reason,
            String message,
            String fromDigest,
            @Nullable String toDigest,

            @JsonPropertyDescription("Milliseconds from the verdict to weight 0") @Nullable
            Long millisToZeroWeight) {}

    /** A version that does not come back by itself; another revision of the same digest is another attempt. */
    public record RejectedDigest(String digest, String revision, String reason, String message, String time) {}
}
