package dev.edgeai.operator.job;

import dev.edgeai.api.config.OperatorConfig;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the operator's pods have in common. */
public final class JobParts {
    public static final String WORK = "/work";

    /** Retries of a pod that was killed; one that says why it failed is not tried again. */
    private static final int BACKOFF_LIMIT = 1;

    /** Failed, wrong usage, a gate said no: what our containers exit with on purpose. */
    private static final List<Integer> DELIBERATE_EXITS = List.of(1, 2, 3);

    /** How long a registry may be away before a Job gives up: longer than a restart of it on another node. */
    private static final Duration REGISTRY_AWAY = Duration.ofMinutes(5);

    /** The same where others wait for the node meanwhile: the run comes again later. */
    private static final Duration HELD_FOR_NOTHING = Duration.ofSeconds(100);

    private static final String PATIENCE = "EDGEAI_RETRY_SECONDS";

    /** What is told to end has nothing to save; a framework that hangs does not listen. */
    private static final long GRACE_SECONDS = 5;

    private static final String CREDENTIALS = "/credentials";
    private static final int OWNER_AND_GROUP_READ = 0440;

    private JobParts() {}

    /** A Job whose pods have its labels, and which is ended after its time, whether its pods could start or not. */
    public static Job job(ObjectMeta metadata, Duration deadline, PodSpec pod) {
        Job job = job(metadata, pod);
        job.getSpec().setActiveDeadlineSeconds(Math.max(1, deadline.toSeconds()));
        return job;
    }

    /** A Job whose pods have its labels. */
    public static Job job(ObjectMeta metadata, PodSpec pod) {
        return new JobBuilder()
                .withMetadata(metadata)
                .withNewSpec()
                .withBackoffLimit(BACKOFF_LIMIT)
                .withPodFailurePolicy(failurePolicy())
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(metadata.getLabels())
                .endMetadata()
                .withSpec(pod)
                .endTemplate()
                .endSpec()
                .build();
    }

    /** A pod that runs once, without any right in the cluster. */
    public static PodSpecBuilder pod() {
        return new PodSpecBuilder()
                .withRestartPolicy("Never")
                .withTerminationGracePeriodSeconds(GRACE_SECONDS)
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withSecurityContext(PodSecurity.pod());
    }

    /** A container with the volumes {@code work} and {@code tmp}, whose result is its termination message. */
    public static ContainerBuilder container(String name, String image, OperatorConfig config) {
        return new ContainerBuilder()
                .withName(name)
                .withImage(image)
                .withImagePullPolicy(config.images().pullPolicy())
                .withWorkingDir(WORK)
                .withEnv(environment())
                .withSecurityContext(PodSecurity.container())
                .withTerminationMessagePolicy("File")
                .withVolumeMounts(mount("work", WORK), mount("tmp", "/tmp"));
    }

    /** For what loads no model. */
    public static ResourceRequirements lightResources(String memoryLimit) {
        return new ResourceRequirementsBuilder()
                .withRequests(Map.of("cpu", new Quantity("50m"), "memory", new Quantity("128Mi")))
                .withLimits(Map.of("memory", new Quantity(memoryLimit)))
                .build();
    }

    /** Evictions do not count, and what failed deliberately would fail again. */
    private static PodFailurePolicy failurePolicy() {
        return new PodFailurePolicyBuilder()
                .addNewRule()
                .withAction("Ignore")
                .addNewOnPodCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .endOnPodCondition()
                .endRule()
                .addNewRule()
                .withAction("FailJob")
                .withNewOnExitCodes()
                .withOperator("In")
                .withValues(DELIBERATE_EXITS)
                .endOnExitCodes()
                .endRule()
                .build();
    }

    private static List<EnvVar> environment() {
        return List.of(
                env("HOME", WORK),
                env("TMPDIR", WORK),
                env("CI", "1"),
                env("ORT_DISABLE_TELEMETRY", "1"),
                env("HF_HUB_OFFLINE", "1"),
                patience(REGISTRY_AWAY));
    }

    private static EnvVar patience(Duration away) {
        return env(PATIENCE, Long.toString(away.toSeconds()));
    }

    /** For what holds a node's measuring place and has measured nothing yet. */
    static ContainerBuilder inHaste(ContainerBuilder container) {
        return container
                .removeMatchingFromEnv(variable -> PATIENCE.equals(variable.getName()))
                .addToEnv(patience(HELD_FOR_NOTHING));
    }

    public static EnvVar env(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    public static VolumeMount mount(String volume, String path) {
        return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
    }

    /** A dockerconfigjson Secret as a file. */
    public static Volume credentials(String volume, String secret) {
        return new VolumeBuilder()
                .withName(volume)
                .withNewSecret()
                .withSecretName(secret)
                .withDefaultMode(OWNER_AND_GROUP_READ)
                .addNewItem()
                .withKey(".dockerconfigjson")
                .withPath("config.json")
                .endItem()
                .endSecret()
                .build();
    }

    public static VolumeMount credentialsMount(String volume) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(CREDENTIALS)
                .withReadOnly(true)
                .build();
    }

    public static EnvVar credentialsFile() {
        return env("DOCKER_CONFIG", CREDENTIALS);
    }

    /** With the credentials in that volume, if there is one. */
    static Container withCredentials(ContainerBuilder container, Optional<String> volume) {
        return volume.isEmpty()
                ? container.build()
                : container
                        .addToVolumeMounts(credentialsMount(volume.get()))
                        .addToEnv(credentialsFile())
                        .build();
    }
}
