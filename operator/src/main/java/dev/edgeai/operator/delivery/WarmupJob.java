package dev.edgeai.operator.delivery;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.job.JobParts;
import dev.edgeai.operator.job.Json;
import dev.edgeai.operator.job.PodSecurity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Job that sends evaluation samples to the preview Service and tells what it answered. It runs on any node: it loads
 * no model.
 *
 * @param target what is served
 * @param revision the candidate
 * @param spec which dataset, which evaluation split
 * @param requests samples to send
 * @param deadline longest time for the whole Job
 */
public record WarmupJob(ServedTarget target, String revision, TrialSpec spec, int requests, Duration deadline) {
    /** Name of the container whose termination message is the result. */
    public static final String WARMUP = "warmup";

    /** Name of the container that fetches the dataset. */
    public static final String FETCH = "fetch-dataset";

    private static final String CREDENTIALS = "registry-credentials";

    public Job build() {
        TargetRef ref = target.ref();
        Map<String, String> labels = new HashMap<>(ref.labels());
        labels.put(Labels.REVISION, revision);
        labels.put(Labels.COMPONENT, TargetRef.WARMUP);
        return JobParts.job(
                new ObjectMetaBuilder()
                        .withName(Names.warmupJob(ref, revision))
                        .withNamespace(ref.namespace())
                        .withLabels(labels)
                        .withOwnerReferences(target.owner())
                        .build(),
                deadline,
                JobParts.pod()
                        .withVolumes(volumes())
                        .withInitContainers(fetch())
                        .withContainers(warmup())
                        .build());
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(PodSecurity.scratch(
                "work", new Quantity(Long.toString(target.config().maxSourceBytes()))));
        volumes.add(PodSecurity.scratch("tmp", new Quantity("256Mi")));
        credentials().ifPresent(secret -> volumes.add(JobParts.credentials(CREDENTIALS, secret)));
        return volumes;
    }

    private Container fetch() {
        ContainerBuilder container =
                container(FETCH).withCommand("edgeai", "fetch").withArgs("--dataset-only", "--into", JobParts.WORK);
        if (credentials().isPresent()) {
            container.addToVolumeMounts(JobParts.credentialsMount(CREDENTIALS)).addToEnv(JobParts.credentialsFile());
        }
        return container.build();
    }

    private Container warmup() {
        return container(WARMUP)
                .withCommand("edgeai", "warmup")
                .withArgs(
                        "--url",
                        "http://" + Names.previewService(target.ref()),
                        "--model",
                        target.ref().model(),
                        "--dataset",
                        JobParts.WORK + "/dataset",
                        "--source",
                        JobParts.WORK + "/source",
                        "--requests",
                        Integer.toString(requests))
                .build();
    }

    private ContainerBuilder container(String name) {
        return JobParts.container(name, target.config().images().runtime(), target.config())
                .addToEnv(JobParts.env(TrialSpec.ENVIRONMENT_VARIABLE, Json.write(spec)))
                .withResources(JobParts.lightResources("1Gi"));
    }

    /** The source's own Secret first, as when it was measured. */
    private Optional<String> credentials() {
        return Optional.ofNullable(spec.source().credentialsSecretRef())
                .map(secret -> secret.name())
                .or(() -> Optional.ofNullable(target.config().registry().credentialsSecret()));
    }
}
