package dev.edgeai.operator.delivery;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.job.JobParts;
import dev.edgeai.operator.job.PodSecurity;
import dev.edgeai.planner.Json;
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
import java.util.stream.Stream;

/**
 * A Job that fetches the evaluation dataset and sends samples of it. It runs on any node: it loads no model.
 *
 * @param target what is served
 * @param revision the version in question
 * @param spec which dataset, which evaluation split
 */
record SampleJob(ServedTarget target, String revision, TrialSpec spec) {
    /** Name of the container that fetches the dataset. */
    static final String FETCH = "fetch-dataset";

    private static final String CREDENTIALS = "registry-credentials";

    /**
     * @param name of the Job
     * @param component what its pod is for; names the verb and the container whose termination message is the result
     * @param deadline longest time for the whole Job
     * @param arguments of the verb, besides model and dataset
     */
    Job build(String name, String component, Duration deadline, List<String> arguments) {
        TargetRef ref = target.ref();
        Map<String, String> labels = new HashMap<>(ref.labels());
        labels.put(Labels.REVISION, revision);
        labels.put(Labels.COMPONENT, component);
        return JobParts.job(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(ref.namespace())
                        .withLabels(labels)
                        .withOwnerReferences(target.owner())
                        .build(),
                deadline,
                JobParts.pod()
                        .withVolumes(volumes())
                        .withInitContainers(fetch())
                        .withContainers(send(component, arguments))
                        .build());
    }

    /** Arguments that name a version behind a Service. */
    static List<String> endpoint(String prefix, String service, String revision) {
        return List.of("--" + prefix + "url", "http://" + service, "--" + prefix + "revision", revision);
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

    private Container send(String verb, List<String> arguments) {
        List<String> common = List.of(
                "--model",
                target.ref().model(),
                "--dataset",
                JobParts.WORK + "/dataset",
                "--source",
                JobParts.WORK + "/source");
        return container(verb)
                .withCommand("edgeai", verb)
                .withArgs(Stream.concat(arguments.stream(), common.stream()).toList())
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
