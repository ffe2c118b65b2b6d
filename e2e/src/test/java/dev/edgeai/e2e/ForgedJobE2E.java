package dev.edgeai.e2e;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Estimate;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** A tenant who may make Jobs makes one that says what a trial would say. */
class ForgedJobE2E {
    private static final String NAMESPACE = "e2e-forged-job";
    private static final String RUN = "measured";
    private static final String FORGED = "sha256:" + "9".repeat(64);
    private static final Duration LIMIT = Duration.ofMinutes(8);

    private static KubernetesClient client;
    private static Lent lent;

    @BeforeAll
    static void open() {
        client = Environment.client();
        lent = Lent.of(client);
        Model.freshNamespace(client, NAMESPACE);
    }

    @AfterAll
    static void close() {
        client.namespaces().withName(NAMESPACE).delete();
        client.close();
    }

    @Test
    void aResultOfAJobThatTheOperatorDidNotMakeIsIgnoredAndTold() throws IOException {
        var run = new Run(
                client,
                NAMESPACE,
                RUN,
                "v2",
                "intel-cpu",
                yaml -> yaml.replace(
                        "maxTrials: 2, frameworks: [OpenVINO, OnnxRuntime]", "maxTrials: 1, frameworks: [OpenVINO]"));
        OptimizationRunStatus planned = Until.present(
                "the trial is planned",
                LIMIT,
                () -> Optional.ofNullable(resource().getStatus())
                        .filter(status ->
                                status.baseline() != null && !status.trials().isEmpty()));
        TrialStatus trial = planned.trials().getFirst();
        forge(trial.name(), planned);
        Until.holds(
                "the forged Job has ended",
                Duration.ofMinutes(2),
                () -> Integer.valueOf(1)
                        .equals(client.batch()
                                .v1()
                                .jobs()
                                .inNamespace(NAMESPACE)
                                .withName("zz-forged")
                                .require()
                                .getStatus()
                                .getSucceeded()));

        OptimizationRunStatus ended = run.awaitEnd(LIMIT);

        assertThat(ended.phase()).isEqualTo(RunPhase.SUCCEEDED);
        TrialStatus measured = Run.trial(ended, "openvino");
        assertThat(measured.comparison().speedup().value().asDouble())
                .as("speedup")
                .isNotEqualTo(9.9);
        assertThat(measured.digest()).as("digest").isNotEqualTo(FORGED);
        assertThat(ended.selected().digest()).isEqualTo(measured.digest());
        Until.present(
                "an Event tells of the forged Job",
                Duration.ofMinutes(1),
                () -> client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                        .filter(event -> "ForeignObject".equals(event.getReason())
                                && event.getMessage().contains("forged"))
                        .findFirst());
    }

    private static void withoutPolicy(Runnable deed) {
        GenericKubernetesResource binding = client.genericKubernetesResources(
                        "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding")
                .withName("edgeai-operator-labels")
                .require();
        client.resource(binding).delete();
        try {
            Until.holds(
                    "the policy is off",
                    Duration.ofSeconds(30),
                    () -> Shell.attempt(
                                            "kubectl",
                                            "-n",
                                            "default",
                                            "run",
                                            "any",
                                            "--image=any",
                                            "--dry-run=server",
                                            "--labels=edgeai.dev/any=any")
                                    .code()
                            == 0);
            deed.run();
        } finally {
            binding.getMetadata().setResourceVersion(null);
            client.resource(binding).create();
        }
    }

    private static OptimizationRun resource() {
        return client.resources(OptimizationRun.class)
                .inNamespace(NAMESPACE)
                .withName(RUN)
                .require();
    }

    /** By a ServiceAccount that may make Jobs and nothing else, with all labels that the run's own Jobs have. */
    private static void forge(String trial, OptimizationRunStatus planned) throws IOException {
        OptimizationRun run = resource();
        TrialStatus good = lent.trial();
        Comparison honest = good.comparison();
        var result = new TrialResult(
                trial,
                FORGED,
                planned.baseline(),
                good.measurement(),
                new Comparison(
                        Estimate.of(9.9, 9.8, 10, honest.speedup().samples()),
                        honest.accuracyRetention(),
                        honest.fidelity(),
                        honest.memoryReduction(),
                        honest.sizeReduction(),
                        honest.language(),
                        honest.heldOut()),
                null,
                good.versions(),
                null,
                null);
        String yaml = Model.template("/forged-job.yaml");
        for (Map.Entry<String, String> value : Map.of(
                        "namespace",
                        NAMESPACE,
                        "run",
                        RUN,
                        "uid",
                        run.getMetadata().getUid(),
                        "trial",
                        trial,
                        "image",
                        Environment.runtimeImage(),
                        "result",
                        client.getKubernetesSerialization().asJson(result).replace("'", "''"))
                .entrySet()) {
            yaml = yaml.replace("${" + value.getKey() + "}", value.getValue());
        }
        Path file = Files.writeString(Files.createTempFile("forged", ".yaml"), yaml);
        Shell.run("kubectl", "-n", NAMESPACE, "create", "serviceaccount", "tenant");
        Shell.run("kubectl", "-n", NAMESPACE, "create", "role", "jobs", "--verb=create", "--resource=jobs");
        Shell.run(
                "kubectl",
                "-n",
                NAMESPACE,
                "create",
                "rolebinding",
                "jobs",
                "--role=jobs",
                "--serviceaccount=" + NAMESPACE + ":tenant");
        String[] create = {
            "kubectl",
            "create",
            "--as=system:serviceaccount:" + NAMESPACE + ":tenant",
            "--validate=false",
            "-f",
            file.toString()
        };
        Shell.Outcome refused = Shell.attempt(create);
        assertThat(refused.code()).as("the admission policy").isNotZero();
        assertThat(refused.output()).contains("edgeai-operator-labels", "Leave them off");
        // A cluster without it: the forged Job comes about and has to be seen through
        withoutPolicy(() -> Shell.run(create));
        Files.delete(file);
    }
}
