package dev.edgeai.operator.optimization;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Delivery;
import dev.edgeai.api.v1alpha1.Depth;
import dev.edgeai.api.v1alpha1.Evaluation;
import dev.edgeai.api.v1alpha1.ModelSource;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.operator.job.CertifyJob;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.operator.job.TrialJob;
import dev.edgeai.planner.optimization.JobKey;
import dev.edgeai.planner.optimization.RunAction;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Objects;

/**
 * The Jobs of a run as they should be: from the run, the configuration and a decision, and nothing else.
 *
 * @param run the run
 * @param status the status the decision comes with
 * @param repository where variants are pushed
 * @param config images, registry, profiles
 * @param namespace of the operator
 */
record RunJobs(
        OptimizationRun run, OptimizationRunStatus status, String repository, OperatorConfig config, String namespace) {

    Job baseline(RunAction.StartBaseline action) {
        OptimizationRunSpec spec = run.getSpec();
        return trial(action.job(), spec(TrialSpec.BASELINE, action.accelerator(), spec.source(), spec.evaluation()));
    }

    Job trial(RunAction.StartTrial action) {
        TrialSpec common = spec(action.candidate().name(), action.accelerator(), pinnedSource(), pinnedEvaluation());
        return trial(
                action.job(),
                new TrialSpec(
                        common.run(),
                        common.trial(),
                        common.task(),
                        action.candidate().framework(),
                        action.candidate().technique(),
                        action.candidate().parameters(),
                        common.source(),
                        common.evaluation(),
                        common.accelerator(),
                        common.threads(),
                        common.seed(),
                        common.repository(),
                        common.plainHttp(),
                        common.maxSourceBytes(),
                        Depth.FULL,
                        null,
                        Map.of()));
    }

    Job certify(RunAction.StartCertify action) {
        var trial = action.trial();
        RunRef ref = RunRef.of(run);
        CertificateRequest request = new CertificateRequest(
                repository + "@" + trial.digest(),
                action.accelerator(),
                ref.namespace(),
                ref.name(),
                trial.name(),
                known(status.sourceDigest(), "sourceDigest"),
                known(status.datasetDigest(), "datasetDigest"),
                action.baseline(),
                known(trial.measurement(), "measurement of " + trial.name()),
                known(trial.comparison(), "comparison of " + trial.name()),
                trial.gates(),
                trial.versions(),
                config.registry().plainHttp(),
                profile(action.accelerator()).delivery().contains(Delivery.BUNDLE));
        return new CertifyJob(
                        ref,
                        ref.certifyJob(action.job()),
                        namespace,
                        request,
                        config,
                        config.signing().secret())
                .build();
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

    private TrialSpec spec(String trial, String accelerator, ModelSource source, Evaluation evaluation) {
        return new TrialSpec(
                run.getMetadata().getName(),
                trial,
                run.getSpec().task(),
                null,
                null,
                Map.of(),
                source,
                evaluation,
                accelerator,
                profile(accelerator).threads(),
                run.getSpec().seed(),
                repository,
                config.registry().plainHttp(),
                config.maxSourceBytes(),
                Depth.FULL,
                null,
                Map.of());
    }

    /** All variants come from the bytes that the baseline was measured with, whatever the tag says by now. */
    private ModelSource pinnedSource() {
        ModelSource source = run.getSpec().source();
        return new ModelSource(
                source.uri(), known(status.sourceDigest(), "sourceDigest"), source.credentialsSecretRef());
    }

    private Evaluation pinnedEvaluation() {
        Evaluation evaluation = run.getSpec().evaluation();
        return new Evaluation(
                new Evaluation.Dataset(evaluation.dataset().uri(), known(status.datasetDigest(), "datasetDigest")),
                evaluation.metric(),
                evaluation.samples(),
                evaluation.calibrationSamples());
    }

    private AcceleratorProfile profile(String name) {
        return config.accelerators().stream()
                .filter(profile -> profile.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no accelerator profile " + name));
    }

    private static <T> T known(@Nullable T value, String what) {
        return Objects.requireNonNull(value, () -> "the planner asked for a Job before the run knew its " + what);
    }
}
