package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.UpgradeState;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** One target: which run made its variants, what serves, what is on its way. */
@RecordBuilder
public record TargetStatus(
        @JsonPropertyDescription("Of the target") String name,
        @JsonPropertyDescription("Where its rollout is") RolloutPhase phase,

        @JsonPropertyDescription("Name of the OptimizationRun of the current inputs") @Nullable
        String run,

        @JsonPropertyDescription("Step of the ramp, from 0, while Ramping") @Nullable
        Integer step,

        @JsonPropertyDescription("When the phase or step began") @Nullable
        String since,

        @JsonPropertyDescription("The phase to go on with when spec.suspend ends") @Nullable
        RolloutPhase pausedPhase,

        @JsonPropertyDescription("The version that serves") @Nullable
        Version stable,

        @JsonPropertyDescription("The version that is on its way") @Nullable
        Version candidate,

        @JsonPropertyDescription("Kept ready during the bake") @Nullable
        Version previous,

        @JsonPropertyDescription("What the live metrics say of this rollout so far")
        List<AnalysisResult> analysis,

        @JsonPropertyDescription("What was taken back last, and why") @Nullable
        Rollback lastRollback,

        @Size(max = 20) @JsonPropertyDescription("Versions that do not come back by themselves")
        List<RejectedDigest> rejected,

        @JsonPropertyDescription("Value of the annotation edgeai.dev/retry that was acted on last") @Nullable
        String retry,

        @JsonPropertyDescription("What goes on, in a sentence") @Nullable
        String message,

        @JsonPropertyDescription(
                "Pullable reference of the signed bundle, repository@digest; of a target that is delivered so")
        @Nullable
        String bundle,

        @JsonPropertyDescription("What was taken back for no fault of its own, and when it is tried again") @Nullable
        Waiting waiting,

        @JsonPropertyDescription("Values of the annotations promote, abort, skip and rollback-to that were acted on")
        Map<String, String> consumed,

        @JsonPropertyDescription("Another runtime image for what serves, as long as it does not serve with it")
        @Nullable
        RuntimeUpgrade upgrade) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public TargetStatus {
        consumed = consumed == null ? Map.of() : Map.copyOf(consumed);
        analysis = analysis == null ? List.of() : List.copyOf(analysis);
        rejected = rejected == null ? List.of() : List.copyOf(rejected);
    }

    /** A certified artifact with the way it is served. */
    @RecordBuilder
    public record Version(
            @JsonPropertyDescription("Name of the pods' revision label and suffix of the Deployment")
            String revision,

            @JsonPropertyDescription("Pullable reference, repository@digest")
            String artifact,

            @JsonPropertyDescription("Digest of the artifact")
            String digest,

            @JsonPropertyDescription("Digest of the certificate")
            String certificate,

            @JsonPropertyDescription("OptimizationRun and trial it comes from")
            String run,

            @JsonPropertyDescription("Trial of that run") String trial,

            @JsonPropertyDescription("For example openvino/int8-ptq")
            String variant,

            @JsonPropertyDescription("Certified speedup over the model as it is") @Nullable
            Decimal speedup,

            @JsonPropertyDescription("Certified share of the model's task metric kept") @Nullable
            Decimal accuracyRetention,

            @JsonPropertyDescription("Percent of the traffic, as it is")
            Integer weight,

            @JsonPropertyDescription("Percent of the traffic the ramp asks for")
            Integer desiredWeight,

            @JsonPropertyDescription("Pods that are ready") Integer readyReplicas,

            @JsonPropertyDescription("Certified task metric") @Nullable
            Estimate quality,

            @JsonPropertyDescription("Certified 95th percentile, microseconds") @Nullable
            Long latencyP95Micros,

            @JsonPropertyDescription("Runtime image it is served with") @Nullable
            String image) {}

    /** The same artifact with another runtime: docs/decisions/runtime-upgrades.md. */
    public record RuntimeUpgrade(
            @JsonPropertyDescription("Runtime image that is to serve")
            String image,

            @JsonPropertyDescription("How far it is") UpgradeState state,

            @JsonPropertyDescription("When the last try began") @Nullable
            String tried,

            @JsonPropertyDescription("Value of edgeai.dev/retry when it failed") @Nullable
            String retry,

            @JsonPropertyDescription("Why it waits or failed, in a sentence")
            String message) {}

    /** One metric's analysis over this rollout so far. */
    @RecordBuilder
    public record AnalysisResult(
            @JsonPropertyDescription("Name of the metric") String metric,

            @JsonPropertyDescription("Of the last measurement")
            Verdict verdict,

            @JsonPropertyDescription("Last value") @Nullable Decimal value,

            @JsonPropertyDescription("Last value of the stable version") @Nullable
            Decimal stableValue,

            @JsonPropertyDescription("Measurements that passed")
            Integer passed,

            @JsonPropertyDescription("Measurements that failed")
            Integer failed,

            @JsonPropertyDescription("Measurements that decided nothing")
            Integer inconclusive,

            @JsonPropertyDescription("Measurements in a row that could not be read")
            Integer consecutiveErrors,

            @JsonPropertyDescription(
                    "How many times likelier all requests of this rollout are if a limit is broken than if all are kept")
            @Nullable
            Decimal evidence,

            @JsonPropertyDescription(
                    "Whether the last verdict rules chance out, as far as analysis.falseAlarmRate says")
            @Nullable
            Boolean conclusive,

            @JsonPropertyDescription("Of the last measurement") @Nullable
            String time,

            @JsonPropertyDescription("What it says, in a sentence") @Nullable
            String message) {}

    /** The last automatic rollback. */
    @RecordBuilder
    public record Rollback(
            @JsonPropertyDescription("Of the verdict") String time,
            @JsonPropertyDescription("Why, in one word") String reason,
            @JsonPropertyDescription("Why, in a sentence") String message,

            @JsonPropertyDescription("Artifact that was taken back")
            String fromDigest,

            @JsonPropertyDescription("Artifact that serves instead; absent when nothing does") @Nullable
            String toDigest,

            @JsonPropertyDescription("Milliseconds from the verdict to weight 0") @Nullable
            Long millisToZeroWeight,

            @JsonPropertyDescription("Whose fault it was; only the model's own rejects it") @Nullable
            Blame blame,

            @JsonPropertyDescription("Phase of the rollout that it was taken back from") @Nullable
            RolloutPhase during) {}

    /** A version that was taken back for no fault of its own; another revision or another policy does not wait. */
    @RecordBuilder
    public record Waiting(
            @JsonPropertyDescription("Which version") String revision,

            @JsonPropertyDescription("Fingerprint of the rollout policy it was tried under")
            String policy,

            @JsonPropertyDescription("Tries so far") Integer attempts,

            @JsonPropertyDescription("When the next try begins")
            String until,

            @JsonPropertyDescription("Why it was taken back, in one word")
            String reason,

            @JsonPropertyDescription("Why, in a sentence") String message,
            @JsonPropertyDescription("Whose fault it was") Blame blame) {}

    /** A version that does not come back by itself; another revision of the same digest is another attempt. */
    public record RejectedDigest(
            @JsonPropertyDescription("Digest of the artifact")
            String digest,

            @JsonPropertyDescription("Which version") String revision,
            @JsonPropertyDescription("Why, in one word") String reason,
            @JsonPropertyDescription("Why, in a sentence") String message,
            @JsonPropertyDescription("When") String time) {}
}
