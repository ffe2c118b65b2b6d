package dev.edgeai.operator.job;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.operator.signing.SigningKeys;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Job that signs a certificate, in the operator's own namespace: only there the signing key is, and this pod loads
 * no model. An owner cannot stand in another namespace, so it carries its run as labels and ends by itself.
 *
 * @param run the run it belongs to
 * @param name of the Job
 * @param namespace of the operator
 * @param request what it signs
 * @param config image, registry
 * @param keySecret name of the signing key's Secret
 */
public record CertifyJob(
        RunRef run,
        String name,
        String namespace,
        CertificateRequest request,
        OperatorConfig config,
        String keySecret) {
    /** Value of the component label. */
    public static final String COMPONENT = "certify";

    /** Name of its container. */
    public static final String CERTIFY = "certify";

    private static final String KEYS = "/keys";
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    /** Long after its result was recorded; longer than any restart of the operator. */
    private static final Duration KEPT = Duration.ofHours(1);

    private static final int GROUP_READ = 0440;
    private static final Quantity SCRATCH = new Quantity("256Mi");

    public Job build() {
        Map<String, String> labels = run.labels(COMPONENT, request.trial(), request.accelerator());
        Job job = JobParts.job(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(namespace)
                        .withLabels(labels)
                        .build(),
                DEADLINE,
                JobParts.pod()
                        .withVolumes(volumes())
                        .withContainers(container())
                        .build());
        job.getSpec().setTtlSecondsAfterFinished((int) KEPT.toSeconds());
        return job;
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(PodSecurity.scratch("work", SCRATCH));
        volumes.add(PodSecurity.scratch("tmp", SCRATCH));
        volumes.add(new VolumeBuilder()
                .withName("keys")
                .withNewSecret()
                .withSecretName(keySecret)
                .withDefaultMode(GROUP_READ)
                .addNewItem()
                .withKey(SigningKeys.PRIVATE)
                .withPath(SigningKeys.PRIVATE)
                .endItem()
                .addNewItem() // names the key in the certificate
                .withKey(SigningKeys.PUBLIC)
                .withPath(SigningKeys.PUBLIC)
                .endItem()
                .endSecret()
                .build());
        credentialsSecret().ifPresent(secret -> volumes.add(JobParts.credentials("registry-credentials", secret)));
        return volumes;
    }

    private Container container() {
        ContainerBuilder container = JobParts.container(CERTIFY, config.images().runtime(), config)
                .withCommand("edgeai", "certify", "--key", KEYS + "/" + SigningKeys.PRIVATE)
                .addToEnv(JobParts.env(CertificateRequest.ENVIRONMENT_VARIABLE, Json.write(request)))
                .withResources(JobParts.lightResources("512Mi"))
                .addToVolumeMounts(JobParts.mount("keys", KEYS));
        return JobParts.withCredentials(container, credentialsSecret().map(_ -> "registry-credentials"));
    }

    private Optional<String> credentialsSecret() {
        return Optional.ofNullable(config.registry().credentialsSecret());
    }
}
