package dev.edgeai.operator.job;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;

import java.time.Duration;
import java.util.List;

/** What the operator's pods have in common. */
public final class JobParts {
    public static final String WORK = "/work";

    /** Retries of a pod that was killed; one that says why it failed is not tried again. */
    public static final int BACKOFF_LIMIT = 1;

    /** Failed, wrong usage, a gate said no: what our containers exit with on purpose. */
    private static final List<Integer> DELIBERATE_EXITS = List.of(1, 2, 3);

    /** How long a registry may be away before a Job gives up: longer than a restart of it on another node. */
    private static final Duration REGISTRY_AWAY = Duration.ofMinutes(5);

    private static final String CREDENTIALS = "/credentials";
    private static final int OWNER_AND_GROUP_READ = 0440;

    private JobParts() {}

    /** Evictions do not count, and what failed deliberately would fail again. */
    public static PodFailurePolicy failurePolicy() {
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

    public static List<EnvVar> environment() {
        return List.of(
                env("HOME", WORK),
                env("TMPDIR", WORK),
                env("CI", "1"),
                env("ORT_DISABLE_TELEMETRY", "1"),
                env("HF_HUB_OFFLINE", "1"),
                env("EDGEAI_RETRY_SECONDS", Long.toString(REGISTRY_AWAY.toSeconds())));
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
}
