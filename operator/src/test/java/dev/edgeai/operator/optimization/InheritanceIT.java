package dev.edgeai.operator.optimization;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.job.CertifyJob;
import dev.edgeai.operator.job.JobReader;
import dev.edgeai.operator.job.TrialJob;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A run begins with what an earlier run of its namespace measured. */
class InheritanceIT extends OptimizationRunScenario {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String FAST = "openvino-int8-ptq";
    private static final Set<String> COMPONENTS = Set.of(TrialJob.COMPONENT, CertifyJob.COMPONENT);

    private static final String MODEL = """
            metadata: {name: digits}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}, samples: 1000}
              gates: {minSpeedup: "2.0"}
              rollout: {whenNoneQualifies: Nothing}
              targets: [{name: cpu, accelerator: intel-cpu, search: {maxTrials: 2, frameworks: [OpenVINO]}}]
            """;

    @AfterEach
    void deleteModel() {
        client.resources(EdgeModel.class).inNamespace(namespace).delete();
    }

    @Test
    void aChangedGateAloneStartsNoTrialJobAndEndsWithAVerdictByTheNewGate() {
        OptimizationRun first = measured();

        write(MODEL.replace("2.0", "4.0"));
        OptimizationRun strict = runBeside(first);
        OptimizationRunStatus failed = status(strict, s -> s.phase() == RunPhase.FAILED);
        assertThat(condition(failed, "Stalled")).isEqualTo("True");
        assertThat(failed.conditions().toString()).contains("NoVariantPassedGates", "below 4x");
        assertThat(failed.inheritedFrom()).isEqualTo(name(first));
        assertThat(components(strict)).isEmpty();

        write(MODEL.replace("2.0", "1.05"));
        OptimizationRun mild = runBeside(first, strict);
        certify(mild, 'f');
        OptimizationRunStatus done = status(mild, s -> s.phase() == RunPhase.SUCCEEDED);
        assertThat(done.trials()).allSatisfy(t -> {
            assertThat(t.phase()).isEqualTo(TrialPhase.ACCEPTED);
            assertThat(t.inheritedFrom()).isEqualTo(name(first));
        });
        assertThat(done.sourceDigest()).isEqualTo(Results.SOURCE);
        assertThat(components(mild)).containsOnly(CertifyJob.COMPONENT);
    }

    @Test
    void recertifySignsAnewAndStartsNoTrialJob() {
        OptimizationRun first = measured();
        String signed = Objects.requireNonNull(status(first, _ -> true).certificate());
        Deployment before = deployment();
        assertThat(candidate().certificate()).isEqualTo(signed);

        write(MODEL.replace("name: digits", "name: digits, annotations: {edgeai.dev/recertify: \"1\"}"));
        OptimizationRun second = runBeside(first);
        certify(second, 'f');
        OptimizationRunStatus done = status(second, s -> s.phase() == RunPhase.SUCCEEDED);
        assertThat(components(second)).containsOnly(CertifyJob.COMPONENT);
        assertThat(done.certificate()).isEqualTo(Results.digest('f')).isNotEqualTo(signed);
        assertThat(done.selected()).isEqualTo(status(first, _ -> true).selected());

        await("the version has the new certificate")
                .atMost(PATIENCE)
                .until(() -> candidate().certificate().equals(Results.digest('f')));
        assertThat(deployment().getSpec().getTemplate())
                .as("no pod is restarted for it")
                .isEqualTo(before.getSpec().getTemplate());
    }

    @Test
    void anotherModelOfTheNamespaceWithTheSameSourceIsJudgedFromWhatWasMeasured() {
        OptimizationRun first = measured();

        write(MODEL.replace("name: digits", "name: numerals").replace("2.0", "2.5"));
        OptimizationRun second = runBeside(first);
        certify(second, 'f');
        OptimizationRunStatus done = status(second, s -> s.phase() == RunPhase.SUCCEEDED);

        assertThat(components(second)).containsOnly(CertifyJob.COMPONENT);
        assertThat(done.inheritedFrom()).isEqualTo(name(first));
        String artifact = Objects.requireNonNull(done.selected()).artifact();
        assertThat(status(first, _ -> true).selected())
                .as("the variant stays where it is")
                .extracting(Selected::artifact)
                .isEqualTo(artifact);
        assertThat(jobsOf(second))
                .filteredOn(job -> component(job).equals(CertifyJob.COMPONENT))
                .allSatisfy(job -> assertThat(job.toString()).contains(artifact));
    }

    @Test
    void aChangedEvaluationMeasuresAgain() {
        OptimizationRun first = measured();
        write(MODEL.replace("samples: 1000", "samples: 500"));
        OptimizationRun second = runBeside(first);
        job(namespace, name(second) + "-baseline");
        assertThat(status(second, _ -> true).inheritedFrom()).isNull();
    }

    /** A run that has measured two variants, of 3x and 1.1x, and certified the first. */
    private OptimizationRun measured() {
        write(MODEL);
        OptimizationRun run = runBeside();
        Job baseline = job(namespace, name(run) + "-baseline");
        kubelet.succeed(
                baseline,
                kubelet.start(baseline),
                Map.of(
                        "fetch", new FetchResult(Results.SOURCE, Results.DATASET, 1_687_247),
                        "assess", Results.assessment(),
                        "measure", Results.baseline()));
        measure(run, FAST, 'b', 3.0);
        String other =
                status(run, s -> s.trials().size() == 2).trials().getLast().name();
        measure(run, other, 'c', 1.1);
        certify(run, 'e');
        status(run, s -> s.phase() == RunPhase.SUCCEEDED);
        return run;
    }

    private void measure(OptimizationRun run, String trial, char digest, double speedup) {
        Job job = job(namespace, name(run) + "-" + trial);
        kubelet.succeed(job, kubelet.start(job), Map.of("measure", Results.variant(trial, digest, speedup)));
    }

    /** Signs whatever the run wants signed until it has ended. */
    private void certify(OptimizationRun run, char certificate) {
        await("the certificates of " + name(run)).atMost(PATIENCE).until(() -> {
            jobsOf(run).stream()
                    .filter(job -> component(job).equals(CertifyJob.COMPONENT))
                    .filter(job -> !JobReader.hasEnded(job))
                    .forEach(job -> kubelet.succeed(
                            job,
                            kubelet.start(job),
                            Map.of("certify", new CertificateResult(Results.digest(certificate), null))));
            return status(run, _ -> true).phase() == RunPhase.SUCCEEDED;
        });
    }

    private Set<String> components(OptimizationRun run) {
        return jobsOf(run).stream()
                .map(InheritanceIT::component)
                .filter(COMPONENTS::contains)
                .collect(Collectors.toSet());
    }

    private List<Job> jobsOf(OptimizationRun run) {
        return client.batch()
                .v1()
                .jobs()
                .inAnyNamespace()
                .withLabel(Labels.RUN_UID, run.getMetadata().getUid())
                .list()
                .getItems();
    }

    private static String component(Job job) {
        return job.getMetadata().getLabels().getOrDefault(Labels.COMPONENT, "");
    }

    private void write(String yaml) {
        EdgeModel model = Samples.yaml(yaml, EdgeModel.class);
        model.getMetadata().setNamespace(namespace);
        client.resource(model).forceConflicts().serverSideApply();
    }

    private OptimizationRun runBeside(OptimizationRun... others) {
        Set<String> known = List.of(others).stream().map(InheritanceIT::name).collect(Collectors.toSet());
        return await("another run")
                .atMost(PATIENCE)
                .until(
                        () -> client.resources(OptimizationRun.class).inNamespace(namespace).list().getItems().stream()
                                .filter(run -> !known.contains(name(run)))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private OptimizationRunStatus status(OptimizationRun run, Predicate<OptimizationRunStatus> expected) {
        return await(name(run))
                .atMost(PATIENCE)
                .until(() -> find(run).getStatus(), status -> status != null && expected.test(status));
    }

    private OptimizationRun find(OptimizationRun run) {
        return client.resource(run).require();
    }

    private static String name(OptimizationRun run) {
        return run.getMetadata().getName();
    }

    private Version candidate() {
        return await().atMost(PATIENCE)
                .until(
                        () -> client.resources(EdgeModel.class)
                                .inNamespace(namespace)
                                .withName("digits")
                                .require()
                                .getStatus()
                                .targets()
                                .getFirst()
                                .candidate(),
                        Objects::nonNull);
    }

    private Deployment deployment() {
        return await("a Deployment")
                .atMost(PATIENCE)
                .until(
                        () -> client.apps().deployments().inNamespace(namespace).list().getItems().stream()
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }
}
