package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.value.Decimal;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;

/** What a run found so far. */
@RecordBuilder
public record OptimizationRunStatus(
        @JsonPropertyDescription("Generation of the spec that the status is of") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Where the run is") @Nullable
        RunPhase phase,

        @JsonPropertyDescription("Finished over planned trials") @Nullable
        String progress,

        @JsonPropertyDescription("Accelerator profile it runs on; not spec.accelerator when a fallback took over")
        @Nullable
        String accelerator,

        @JsonPropertyDescription(
                "CPU features that all nodes of it had when the run was bound to it; absent when they do not tell")
        @Nullable
        List<String> cpuFeatures,

        @JsonPropertyDescription("Resolved digest of the source") @Nullable
        String sourceDigest,

        @JsonPropertyDescription("Resolved digest of the dataset") @Nullable
        String datasetDigest,

        @JsonPropertyDescription("What the model's file says of it") @Nullable
        Assessment assessment,

        @JsonPropertyDescription("Which frameworks are tried, and why")
        List<FrameworkPlan> plan,

        @JsonPropertyDescription("Of the model as it is") @Nullable
        Measurement baseline,

        @Size(max = 65)
        @JsonPropertyDescription(
                "Variants that were, are or will be tried; at last the source itself, where it is to serve")
        List<TrialStatus> trials,

        @JsonPropertyDescription("Names of the trials on the Pareto front")
        List<String> paretoFront,

        @JsonPropertyDescription("Size of the Pareto front") @Nullable
        Integer paretoSize,

        @JsonPropertyDescription("The variant chosen from the Pareto front") @Nullable
        Selected selected,

        @JsonPropertyDescription("Digest of the signed certificate of the selected variant") @Nullable
        String certificate,

        @JsonPropertyDescription("Variants with a certificate, the selected one first")
        List<Certified> certificates,

        @JsonPropertyDescription("Jobs that came to nothing through no fault of the model, and are made anew")
        List<JobRetry> retries,

        @JsonPropertyDescription("Reconciling, Stalled and others: see docs/status.md")
        List<Condition> conditions,

        @JsonPropertyDescription(
                "When a node was found; search.timeout counts from here, without the time its clock stood still")
        @Nullable
        String startTime,

        @JsonPropertyDescription(
                "Since when its clock stands still: it is suspended, or the cluster lets none of its pods start")
        @Nullable
        String suspendedSince,

        @JsonPropertyDescription("Seconds its clock stood still before that, since startTime") @Nullable
        Long suspendedSeconds,

        @JsonPropertyDescription("When it ended") @Nullable String completionTime,

        @JsonPropertyDescription("Digest of the report beside the variants, a referrer of the selected one") @Nullable
        String report,

        @JsonPropertyDescription("Energy that optimizing and measuring took so far, joules") @Nullable
        Decimal joulesSpent,

        @JsonPropertyDescription(
                "Earlier runs of the same architecture and accelerator that the order of trials was learned from")
        List<String> learnedFrom,

        @JsonPropertyDescription("Earlier run of the namespace whose measurements this one began with") @Nullable
        String inheritedFrom,

        @JsonPropertyDescription(
                "Where its variants are, registry/repository, when it began with those of another EdgeModel")
        @Nullable
        String repository,

        @JsonPropertyDescription(
                "Fingerprint of all that its measurements depend on: source, data, hardware, search, images. Runs with "
                        + "the same one inherit from each other; Mixed when it changed on the way: then none does")
        @Nullable
        String measuredUnder) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public OptimizationRunStatus {
        plan = plan == null ? List.of() : List.copyOf(plan);
        trials = trials == null ? List.of() : List.copyOf(trials);
        cpuFeatures = cpuFeatures == null ? null : List.copyOf(cpuFeatures);
        paretoFront = paretoFront == null ? List.of() : List.copyOf(paretoFront);
        certificates = certificates == null ? List.of() : List.copyOf(certificates);
        retries = retries == null ? List.of() : List.copyOf(retries);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        learnedFrom = learnedFrom == null ? List.of() : List.copyOf(learnedFrom);
    }

    /** Of a run that nobody has looked at yet. */
    @SuppressWarnings("NullAway") // makes empty lists of absent ones
    public static OptimizationRunStatus empty() {
        return OptimizationRunStatusBuilder.builder().build();
    }

    /** Whether a variant qualified, and was chosen. */
    public boolean foundVariant() {
        return phase == RunPhase.SUCCEEDED && selected != null && !TrialStatus.SOURCE.equals(selected.trial());
    }

    /** Whether none qualified, and the source itself was chosen. */
    public boolean choseSource() {
        return phase == RunPhase.SUCCEEDED && selected != null && TrialStatus.SOURCE.equals(selected.trial());
    }

    /** The same with the digest of the stored report. */
    public OptimizationRunStatus withReport(String digest) {
        return OptimizationRunStatusBuilder.builder(this).report(digest).build();
    }

    /** A framework, and why it was or was not planned, in a sentence. */
    public record FrameworkPlan(
            @JsonPropertyDescription("Which one") Framework framework,
            @JsonPropertyDescription("Whether it is tried") Boolean planned,
            @JsonPropertyDescription("Why, in a sentence") String reason) {}

    /** The variant chosen from the Pareto front. */
    public record Selected(
            @JsonPropertyDescription("Name of its trial") String trial,

            @JsonPropertyDescription("Framework and technique, for example openvino/int8-ptq")
            String variant,

            @JsonPropertyDescription("Pullable reference of the artifact, repository@digest")
            String artifact,

            @JsonPropertyDescription("Digest of the artifact")
            String digest,

            @JsonPropertyDescription("Why this one") String reason,

            @JsonPropertyDescription("Certified speedup over the baseline") @Nullable
            Decimal speedup,

            @JsonPropertyDescription("Certified share of the baseline's task metric kept") @Nullable
            Decimal accuracyRetention) {}

    /** A Job of the run that could not start, failed because the registry was away, or had pods not made by it. */
    public record JobRetry(
            @JsonPropertyDescription("baseline, a trial's name, or certify- and a trial's name")
            String job,

            @JsonPropertyDescription("What kept it, for example RegistryUnavailable or MountFailed")
            String reason,

            @JsonPropertyDescription("How often that was so")
            Integer attempts,

            @JsonPropertyDescription("When it is made anew; absent when that was done") @Nullable
            String notBefore,

            @JsonPropertyDescription("Since when") String since,

            @JsonPropertyDescription("The last trouble") String message) {}

    /** A variant that a certificate was signed for. */
    public record Certified(
            @JsonPropertyDescription("Name of its trial") String trial,

            @JsonPropertyDescription("Digest of the artifact")
            String digest,

            @JsonPropertyDescription("Digest of the signed certificate")
            String certificate,

            @JsonPropertyDescription("Digest of its bundle, where the accelerator is delivered to so") @Nullable
            String bundle) {}
}
