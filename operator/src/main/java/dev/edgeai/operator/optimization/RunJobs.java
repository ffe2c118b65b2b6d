package dev.edgeai.operator.optimization;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.CertificateRequestBuilder;
import dev.edgeai.api.trial.ReportRequest;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.TrialSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.rollout.Delivery;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.operator.job.CertifyJob;
import dev.edgeai.operator.job.ReportJob;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.operator.job.TrialJob;
import dev.edgeai.planner.run.JobKey;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.technique.Baselines;
import dev.edgeai.planner.technique.Candidate;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The Jobs of a run as they should be: from the run, the configuration and a decision, and nothing else.
 *
 * @param run the run
 * @param status the status the decision comes with
 * @param repository where the run's variants are
 * @param config images, registry, profiles
 * @param namespace of the operator
 */
record RunJobs(
        OptimizationRun run, OptimizationRunStatus status, String repository, OperatorConfig config, String namespace) {

    Job baseline(RunAction.StartBaseline action) {
        OptimizationRunSpec spec = run.getSpec();
        return unchanged(action.job(), TrialSpec.BASELINE, action.accelerator(), spec.source(), spec.evaluation());
    }

    Job source(RunAction.StartSource action) {
        return unchanged(action.job(), TrialStatus.SOURCE, action.accelerator(), pinnedSource(), pinnedEvaluation());
    }

    /** The source as it is; a checkpoint is converted to what an engine runs. */
    private Job unchanged(JobKey key, String trial, String accelerator, ModelSource source, Evaluation evaluation) {
        return trial(
                key,
                spec(
                        trial,
                        accelerator,
                        converter().orElse(null),
                        converter().map(_ -> TrialSpec.BASELINE).orElse(null),
                        Map.of(),
                        source,
                        evaluation,
                        Depth.FULL,
                        null,
                        Map.of()));
    }

    Job trial(RunAction.StartTrial action) {
        Candidate candidate = action.candidate();
        boolean known = action.variantDigest() != null;
        boolean besideConverted =
                converter().filter(candidate.framework()::equals).isPresent();
        return trial(
                action.job(),
                spec(
                        candidate.name(),
                        action.accelerator(),
                        candidate.framework(),
                        known && besideConverted ? TrialSpec.BASELINE : candidate.technique(),
                        candidate.base() == null ? candidate.parameters() : Map.of(),
                        pinnedSource(),
                        pinnedEvaluation(),
                        action.depth(),
                        action.variantDigest(),
                        action.engineOptions()));
    }

    private Optional<Framework> converter() {
        return Baselines.convertedBy(
                run.getSpec().task(), config.images().optimizers().keySet());
    }

    Job certify(RunAction.StartCertify action) {
        var trial = action.trial();
        RunRef ref = RunRef.of(run);
        CertificateRequest request = CertificateRequestBuilder.builder()
                .artifact(repository + "@" + trial.digest())
                .accelerator(action.accelerator())
                .namespace(ref.namespace())
                .run(ref.name())
                .trial(trial.name())
                .sourceDigest(known(status.sourceDigest(), "sourceDigest"))
                .datasetDigest(known(status.datasetDigest(), "datasetDigest"))
                .baseline(action.baseline())
                .variant(known(trial.measurement(), "measurement of " + trial.name()))
                .comparison(known(trial.comparison(), "comparison of " + trial.name()))
                .gates(trial.gates())
                .versions(trial.versions())
                .plainHttp(config.registry().plainHttp())
                .bundle(!trial.ofSource()
                        && profile(run.getSpec().accelerator()).delivery().contains(Delivery.BUNDLE))
                .source(trial.ofSource())
                .build();
        return new CertifyJob(
                        ref,
                        ref.certifyJob(action.job()),
                        namespace,
                        request,
                        config,
                        config.signing().secret())
                .build();
    }

    /** Absent when the run's status is too large to be handed to a pod. */
    Optional<Job> report(RunAction.StartReport action) {
        RunRef ref = RunRef.of(run);
        String accelerator = known(status.accelerator(), "accelerator");
        @Nullable
        Quantity memory = Optional.ofNullable(profile(accelerator).resources())
                .map(ResourceRequirements::getLimits)
                .map(limits -> limits.get("memory"))
                .orElse(null);
        ReportRequest request = new ReportRequest(
                ref.namespace(),
                ref.name(),
                run.getSpec(),
                status,
                memory == null ? null : memory.getNumericalAmount().longValue(),
                repository,
                config.registry().plainHttp());
        return new ReportJob(ref, action.job().jobName(ref.name()), accelerator, request, config).build();
    }

    private Job trial(JobKey key, TrialSpec spec) {
        RunRef ref = RunRef.of(run);
        return new TrialJob(
                        ref,
                        key.jobName(ref.name()),
                        spec,
                        profile(spec.accelerator()),
                        config,
                        run.getSpec().search().timeout().duration())
                .build();
    }

    private TrialSpec spec(
            String trial,
            String accelerator,
            @Nullable Framework framework,
            @Nullable String technique,
            Map<String, String> parameters,
            ModelSource source,
            Evaluation evaluation,
            Depth depth,
            @Nullable String variantDigest,
            Map<String, String> engineOptions) {
        return TrialSpecBuilder.builder()
                .run(run.getMetadata().getName())
                .trial(trial)
                .task(run.getSpec().task())
                .framework(framework)
                .technique(technique)
                .parameters(parameters)
                .source(source)
                .evaluation(evaluation)
                .accelerator(accelerator)
                .threads(profile(accelerator).threads())
                .seed(run.getSpec().seed())
                .repository(repository)
                .plainHttp(config.registry().plainHttp())
                .maxSourceBytes(config.maxSourceBytes())
                .depth(depth)
                .variantDigest(variantDigest)
                .engineOptions(engineOptions)
                .build();
    }

    /** All variants come from the bytes that the baseline was measured with, whatever the tag says by now. */
    private ModelSource pinnedSource() {
        ModelSource source = run.getSpec().source();
        return new ModelSource(
                source.uri(), known(status.sourceDigest(), "sourceDigest"), source.credentialsSecretRef());
    }

    private Evaluation pinnedEvaluation() {
        return run.getSpec().evaluation().pinned(known(status.datasetDigest(), "datasetDigest"));
    }

    private AcceleratorProfile profile(String name) {
        return config.accelerator(name).orElseThrow(() -> new IllegalStateException("no accelerator profile " + name));
    }

    private static <T> T known(@Nullable T value, String what) {
        return Objects.requireNonNull(value, () -> "the planner asked for a Job before the run knew its " + what);
    }
}
