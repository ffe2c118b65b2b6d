package dev.edgeai.operator.delivery;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.job.JobParts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;

import java.time.Duration;
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
        assertThat(job.getMetadata().getName()).isEqualTo("digits-line-cameras-0a1b2c3d4e-warmup");
        assertThat(job.getMetadata().getLabels())
                .containsEntry(Labels.COMPONENT, "warmup")
                .containsEntry(Labels.REVISION, "0a1b2c3d4e");
        assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(90);
        Container fetch = pod(job).getInitContainers().getFirst();
        assertThat(fetch.getArgs()).containsExactly("--dataset-only", "--into", JobParts.WORK);
        Container warmup = pod(job).getContainers().getFirst();
        assertThat(warmup.getArgs())
                .containsSubsequence("--url", "http://digits-line-cameras-preview")
                .containsSubsequence("--model", "digits")
                .containsSubsequence("--requests", "200");
        assertThat(Stream.of(fetch, warmup))
                .allSatisfy(container -> assertThat(container.getEnv()).anySatisfy(variable -> {
                    assertThat(variable.getName()).isEqualTo(TrialSpec.ENVIRONMENT_VARIABLE);
                    assertThat(variable.getValue()).contains("\"samples\":500");
                }));
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
        TrialSpec spec = Samples.yaml(SPEC.formatted(credentials), TrialSpec.class);
        return new WarmupJob(Samples.target(), "0a1b2c3d4e", spec, 200, Duration.ofSeconds(90)).build();
    }

    private static PodSpec pod(Job job) {
        return job.getSpec().getTemplate().getSpec();
    }
}
