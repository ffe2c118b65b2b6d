package dev.edgeai.operator.delivery;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.job.JobParts;
import dev.edgeai.planner.warmup.Probing;
import dev.edgeai.planner.warmup.WarmupPlan;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class WarmupJobTest {
    private static final String SPEC = """
            run: digits-cpu-1
            trial: int8-ptq
            task: ImageClassification
            source: {uri: "oci://registry:5000/models/digits:1"%s}
            evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}, samples: 500}
            accelerator: intel-cpu
            threads: 2
            seed: 42
            repository: registry:5000/models/vision/digits
            plainHttp: [registry:5000]
            maxSourceBytes: 1048576
            """;

    @Test
    void sendsTheEvaluationSplitToThePreviewService() {
        Job job = job("");
        assertThat(job.getMetadata().getName()).matches("digits-line-cameras-[0-9a-f]{8}-0a1b2c3d4e-warmup");
        assertThat(job.getMetadata().getLabels())
                .containsEntry(Labels.COMPONENT, "warmup")
                .containsEntry(Labels.REVISION, "0a1b2c3d4e");
        assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(90);
        Container fetch = pod(job).getInitContainers().getFirst();
        assertThat(fetch.getArgs()).containsExactly("--dataset-only", "--into", JobParts.WORK);
        Container warmup = pod(job).getContainers().getFirst();
        assertThat(warmup.getArgs())
                .containsSubsequence(
                        "--url",
                        "http://" + ObjectNames.previewService(Samples.target().ref()),
                        "--revision",
                        "0a1b2c3d4e",
                        "--requests",
                        "37")
                .containsSubsequence("--concurrency", "1", "--timeout", "40", "--deadline", "45")
                .containsSubsequence("--model", "digits")
                .doesNotContain("--stable-url");
        assertThat(Stream.of(fetch, warmup))
                .allSatisfy(container -> assertThat(container.getEnv()).anySatisfy(variable -> {
                    assertThat(variable.getName()).isEqualTo(TrialSpec.ENVIRONMENT_VARIABLE);
                    assertThat(variable.getValue()).contains("\"samples\":500");
                }));
    }

    @Test
    void sendsTheSameSamplesToTheVersionThatServes() {
        assertThat(pod(warmup("", Optional.of("blue")).build())
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .containsSubsequence(
                        "--stable-url", "http://digits-line-cameras", "--stable-revision", "blue", "--requests");
    }

    @Test
    void probesReachEachVersionByAServiceOfItsOwn() {
        Job job = new ProbeJob(
                        Samples.target(),
                        ObjectNames.previewService(Samples.target().ref()),
                        "0a1b2c3d4e",
                        "blue",
                        Samples.yaml(SPEC.formatted(""), TrialSpec.class),
                        new Probing(0.25, Duration.ofSeconds(40)),
                        Duration.ofHours(1))
                .build();
        assertThat(job.getMetadata().getName()).matches("digits-line-cameras-[0-9a-f]{8}-0a1b2c3d4e-probe");
        assertThat(job.getMetadata().getLabels())
                .containsEntry(Labels.COMPONENT, "probe")
                .containsEntry(Labels.REVISION, "0a1b2c3d4e");
        assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(4_200);
        assertThat(pod(job).getContainers().getFirst().getCommand()).containsExactly("edgeai", "probe");
        assertThat(pod(job).getContainers().getFirst().getArgs())
                .containsSubsequence(
                        "--url",
                        "http://" + ObjectNames.previewService(Samples.target().ref()),
                        "--revision",
                        "0a1b2c3d4e")
                .containsSubsequence(
                        "--reference-url",
                        "http://"
                                + ObjectNames.referenceService(Samples.target().ref()),
                        "--reference-revision",
                        "blue")
                .containsSubsequence("--rate", "0.250000", "--timeout", "40", "--duration", "3600");
        assertThat(pod(job).getAutomountServiceAccountToken()).isFalse();
        assertThat(ServingServices.reference(Samples.target(), "blue").getSpec().getSelector())
                .containsEntry(Labels.REVISION, "blue")
                .containsEntry(Labels.COMPONENT, "serve");
    }

    @Test
    void isNoServingPod() {
        assertThat(pod(job("")).getNodeSelector()).isEmpty();
        assertThat(job("").getSpec().getTemplate().getMetadata().getLabels())
                .doesNotContainEntry(Labels.COMPONENT, "serve");
    }

    @Test
    void onlyFetchSeesTheSourcesCredentials() {
        PodSpec pod = pod(job(", credentialsSecretRef: {name: mine}"));
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getSecretName())
                .containsExactly("mine");
        assertThat(pod.getInitContainers().getFirst().getVolumeMounts())
                .anyMatch(mount -> mount.getMountPath().equals("/credentials"));
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .noneMatch(mount -> mount.getMountPath().equals("/credentials"));
    }

    private static Job job(String credentials) {
        return warmup(credentials, Optional.empty()).build();
    }

    private static WarmupJob warmup(String credentials, Optional<String> stable) {
        return new WarmupJob(
                Samples.target(),
                "0a1b2c3d4e",
                stable,
                Samples.yaml(SPEC.formatted(credentials), TrialSpec.class),
                new WarmupPlan.Send(37, 1, Duration.ofSeconds(40), Duration.ofSeconds(45)),
                Duration.ofSeconds(90));
    }

    private static PodSpec pod(Job job) {
        return job.getSpec().getTemplate().getSpec();
    }
}
