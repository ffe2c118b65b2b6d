package dev.edgeai.operator.delivery;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.operator.job.JobParts;
import dev.edgeai.operator.job.PodSecurity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Job that looks at the tag of a model's source and tells its digest. A pod of the model's namespace does it, with the
 * Secret that the source is fetched with: the operator reads no tenant's Secret and calls no address that a tenant gave.
 *
 * @param model whose source it is
 * @param name of the Job
 * @param config image, registries
 */
public record ResolveJob(EdgeModel model, String name, OperatorConfig config) {
    /** The verb, its container, and what its pod is for. */
    public static final String RESOLVE = "resolve";

    private static final String CREDENTIALS = "registry-credentials";
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    /** It is deleted when it was read; this is for one that nobody came to read. */
    private static final Duration KEPT = Duration.ofHours(1);

    private static final Quantity SCRATCH = new Quantity("16Mi");

    public Job build() {
        Job job = JobParts.job(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(model.getMetadata().getNamespace())
                        .withLabels(Map.of(
                                Labels.MANAGED_BY,
                                Labels.MANAGER,
                                Labels.MODEL,
                                model.getMetadata().getName(),
                                Labels.COMPONENT,
                                RESOLVE))
                        .withOwnerReferences(ServedTarget.ownedBy(model))
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
        credentials().ifPresent(secret -> volumes.add(JobParts.credentials(CREDENTIALS, secret)));
        return volumes;
    }

    private Container container() {
        ContainerBuilder container = JobParts.container(RESOLVE, config.images().runtime(), config)
                .withCommand("edgeai", RESOLVE)
                .withArgs(arguments())
                .withResources(JobParts.lightResources("256Mi"));
        if (credentials().isPresent()) {
            container.addToVolumeMounts(JobParts.credentialsMount(CREDENTIALS)).addToEnv(JobParts.credentialsFile());
        }
        return container.build();
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (!config.registry().plainHttp().isEmpty()) {
            arguments.addAll(
                    List.of("--plain-http", String.join(",", config.registry().plainHttp())));
        }
        arguments.add(source().uri());
        return arguments;
    }

    private ModelSource source() {
        return model.getSpec().source();
    }

    /** The source's own Secret first, as when it is fetched. */
    private Optional<String> credentials() {
        return Optional.ofNullable(source().credentialsSecretRef())
                .map(secret -> secret.name())
                .or(() -> Optional.ofNullable(config.registry().credentialsSecret()));
    }
}
