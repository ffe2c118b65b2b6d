package dev.edgeai.operator.job;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.run.JobKey;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The Job of one trial: fetch, then assess (baseline), then optimize (a new variant, or the baseline of a language
 * model), then measure. See docs/contracts.md.
 *
 * @param run the run it belongs to
 * @param name of the Job
 * @param spec what its containers have to do
 * @param profile where it runs
 * @param config images, registry
 * @param timeout of the whole run; one pod may take half of it from when it starts, and no more than the operator's
 *     configuration allows, since it holds the node's measuring place. The Job has no time of its own:
 *     waiting for a node, a quota or a Secret is no failure, and the operator ends what is not wanted any more
 */
public record TrialJob(
        RunRef run, String name, TrialSpec spec, AcceleratorProfile profile, OperatorConfig config, Duration timeout) {
    /** Value of the component label. */
    public static final String COMPONENT = "trial";

    public static final String FETCH = "fetch";
    public static final String ASSESS = "assess";
    public static final String OPTIMIZE = "optimize";
    public static final String MEASURE = "measure";

    private static final String SOURCE_CREDENTIALS = "source-credentials";
    private static final String REGISTRY_CREDENTIALS = "registry-credentials";

    /** Source, dataset, variant, and what an optimizer writes on the way. */
    private static final int WORK_FOLDS = 4;

    private static final Quantity TMP_LIMIT = new Quantity("1Gi");

    /** Repeats of the profile's own resources that every container needs; the rest are devices. */
    private static final Set<String> ORDINARY = Set.of("cpu", "memory", "ephemeral-storage");

    public Job build() {
        Map<String, String> labels = run.labels(COMPONENT, label(), profile.name());
        return JobParts.job(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(run.namespace())
                        .withLabels(labels)
                        .withOwnerReferences(run.owner())
                        .build(),
                pod());
    }

    /** A screened variant that is measured as it is has had a Job before. */
    private String label() {
        boolean second = spec.variantDigest() != null && spec.engineOptions().isEmpty();
        return (second ? JobKey.full(spec.trial()) : JobKey.trial(spec.trial())).trial();
    }

    private PodSpec pod() {
        return JobParts.pod()
                .withActiveDeadlineSeconds(Math.clamp(
                        timeout.toSeconds() / 2,
                        1,
                        config.trials().maxDuration().duration().toSeconds()))
                .withNodeSelector(profile.nodeSelector())
                .withTolerations(profile.tolerations())
                .withAffinity(oneAtATimeOnANode())
                .withVolumes(volumes())
                .withInitContainers(before())
                .withContainers(measure())
                .build();
    }

    /** Two trials on one node, whatever their namespaces, would disturb each other's measurement. */
    private static Affinity oneAtATimeOnANode() {
        return new AffinityBuilder()
                .withNewPodAntiAffinity()
                .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withTopologyKey("kubernetes.io/hostname")
                .withNewNamespaceSelector()
                .endNamespaceSelector()
                .withNewLabelSelector()
                .withMatchLabels(Map.of(Labels.COMPONENT, COMPONENT, Labels.MANAGED_BY, Labels.MANAGER))
                .endLabelSelector()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endPodAntiAffinity()
                .build();
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        long limit = Math.multiplyExact(WORK_FOLDS, config.maxSourceBytes());
        volumes.add(PodSecurity.scratch("work", new Quantity(Long.toString(limit))));
        volumes.add(PodSecurity.scratch("tmp", TMP_LIMIT));
        sourceSecret().ifPresent(secret -> volumes.add(JobParts.credentials(SOURCE_CREDENTIALS, secret)));
        registrySecret().ifPresent(secret -> volumes.add(JobParts.credentials(REGISTRY_CREDENTIALS, secret)));
        return volumes;
    }

    private Container fetch() {
        ContainerBuilder container = container(FETCH, config.images().runtime(), ordinaryResources())
                .withCommand("edgeai", "fetch", "--into", JobParts.WORK);
        return JobParts.withCredentials(
                JobParts.inHaste(container),
                sourceSecret()
                        .map(_ -> SOURCE_CREDENTIALS)
                        .or(() -> registrySecret().map(_ -> REGISTRY_CREDENTIALS)));
    }

    private List<Container> before() {
        List<Container> before = new ArrayList<>(List.of(fetch()));
        if (spec.trial().equals(TrialSpec.BASELINE)) {
            before.add(container(ASSESS, config.images().runtime(), ordinaryResources())
                    .withCommand("edgeai", "assess", JobParts.WORK + "/source", "-o", "json")
                    .build());
        }
        if (spec.framework() != null && (spec.variantDigest() == null || spec.convertsBaseline())) {
            // the image's own entry point
            before.add(
                    container(OPTIMIZE, optimizerImage(), profile.resources()).build());
        }
        return before;
    }

    private Container measure() {
        ContainerBuilder container = container(MEASURE, config.images().runtime(), profile.resources())
                .withCommand("edgeai", "measure", "--work", JobParts.WORK);
        return JobParts.withCredentials(container, registrySecret().map(_ -> REGISTRY_CREDENTIALS));
    }

    private ContainerBuilder container(String name, String image, ResourceRequirements resources) {
        return JobParts.container(name, image, config)
                .addToEnv(JobParts.env(TrialSpec.ENVIRONMENT_VARIABLE, Json.write(spec)))
                .withResources(resources);
    }

    private String optimizerImage() {
        @Nullable String image = config.images().optimizers().get(spec.framework());
        if (image == null) {
            throw new IllegalStateException("no optimizer image for " + spec.framework()
                    + "; give images.optimizers of the operator's configuration one");
        }
        return image;
    }

    private Optional<String> sourceSecret() {
        return Optional.ofNullable(spec.source().credentialsSecretRef()).map(secret -> secret.name());
    }

    private Optional<String> registrySecret() {
        return Optional.ofNullable(config.registry().credentialsSecret());
    }

    private ResourceRequirements ordinaryResources() {
        return new ResourceRequirementsBuilder()
                .withRequests(ordinary(profile.resources().getRequests()))
                .withLimits(ordinary(profile.resources().getLimits()))
                .build();
    }

    private static Map<String, Quantity> ordinary(@Nullable Map<String, Quantity> resources) {
        return resources == null
                ? Map.of()
                : resources.entrySet().stream()
                        .filter(entry -> ORDINARY.contains(entry.getKey()))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
