package dev.edgeai.operator.delivery;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.operator.job.JobParts;
import dev.edgeai.operator.job.PodSecurity;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.version.Revision;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Deployment of one revision. Its pod template never changes: another template is another revision with a Deployment
 * of its own.
 */
public final class ServingDeployment {
    public static final String SERVE_CONTAINER = "serve";
    public static final String LOAD_CONTAINER = "load";

    /**
     * Variable with the public keys as they were trusted when the Deployment was made. They stay as they are: the key that
     * signed its certificate is among them, and a change would restart the pods.
     */
    public static final String TRUSTED_KEYS = "EDGEAI_TRUSTED_KEY";

    /** Port of the model server in the pod. */
    public static final int PORT = 8080;

    /** Seconds a pod goes on answering after it was told to stop, so that its endpoint is gone everywhere before. */
    static final long PRE_STOP_SECONDS = 5;

    /** Seconds that requests in flight may take after that; clients and proxies rarely wait longer for an answer. */
    static final long DRAIN_SECONDS = 60;

    /** Seconds: the pre-stop pause, requests in flight, 5 for what had only begun to arrive, and 10 to spare. */
    static final long GRACE_SECONDS = PRE_STOP_SECONDS + DRAIN_SECONDS + 5 + 10;

    /** Seconds for a process that has not answered for half a minute: it hangs and finishes nothing. */
    static final long HUNG_GRACE_SECONDS = 35;

    /** Seconds on a lost node before the pods are moved; Kubernetes' own default is 300. */
    static final long LOST_NODE_SECONDS = 30;

    private static final String CERTIFICATE = "--certificate";
    private static final String MODELS = "/models";
    private static final String TEMPORARY = "/tmp";
    private static final String CREDENTIALS = "registry-credentials";

    /** Native libraries are unpacked there. */
    private static final Quantity TEMPORARY_LIMIT = new Quantity("1Gi");

    private ServingDeployment() {}

    public static Deployment build(ServedTarget target, ServedVersion version, int replicas) {
        Map<String, String> selector = target.ref().revision(version.revision());
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(ObjectNames.deployment(target.ref(), version.revision()))
                .withNamespace(target.ref().namespace())
                .withLabels(target.ref().labels())
                .addToLabels(selector)
                .withOwnerReferences(target.owner())
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withRevisionHistoryLimit(0)
                .withNewStrategy()
                .withType("RollingUpdate")
                .endStrategy()
                .withNewSelector()
                .withMatchLabels(selector)
                .endSelector()
                .withTemplate(template(target, version, selector))
                .endSpec()
                .build();
    }

    /**
     * Revision of this artifact served this way: the number of pods, the certificate and the trusted keys do not count.
     *
     * @param image runtime image it is served with
     */
    public static String revision(ServedTarget target, String artifact, String digest, String image) {
        return Revision.of(
                digest,
                ServingDeploymentShapeBuilder.builder()
                        .artifact(artifact)
                        .image(image)
                        .model(target.ref().model())
                        .task(target.task())
                        .accelerator(target.profile().name())
                        .threads(target.profile().threads())
                        .nodeSelector(target.profile().nodeSelector())
                        .tolerations(target.profile().tolerations())
                        .resources(target.resources())
                        .plainHttp(target.config().registry().plainHttp())
                        .credentialsSecret(target.config().registry().credentialsSecret())
                        .build());
    }

    /** What people chose of the pods; see {@link Revision}. */
    @RecordBuilder
    record Shape(
            String artifact,
            String image,
            String model,
            Task task,
            String accelerator,
            int threads,
            Map<String, String> nodeSelector,
            List<Toleration> tolerations,
            ResourceRequirements resources,
            List<String> plainHttp,
            @Nullable String credentialsSecret) {}

    /** The keys that the pods of a Deployment trust. */
    public static Optional<String> trustedKeys(Deployment there) {
        return loading(there)
                .flatMap(container -> container.getEnv().stream())
                .filter(variable -> TRUSTED_KEYS.equals(variable.getName()))
                .flatMap(variable -> Stream.ofNullable(variable.getValue()))
                .findFirst();
    }

    /** Digest of the certificate that the pods of a Deployment load. */
    public static Optional<String> certificate(Deployment there) {
        return loading(there)
                .flatMap(container -> container.getArgs().stream())
                .dropWhile(argument -> !CERTIFICATE.equals(argument))
                .skip(1)
                .findFirst();
    }

    private static Stream<Container> loading(Deployment there) {
        return Stream.ofNullable(there.getSpec())
                .flatMap(spec -> Stream.ofNullable(spec.getTemplate()))
                .flatMap(template -> Stream.ofNullable(template.getSpec()))
                .flatMap(pod -> pod.getInitContainers().stream())
                .filter(container -> LOAD_CONTAINER.equals(container.getName()));
    }

    private static PodTemplateSpec template(ServedTarget target, ServedVersion version, Map<String, String> selector) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(target.ref().labels())
                .addToLabels(selector)
                .addToLabels(Labels.ACCELERATOR, target.profile().name())
                .endMetadata()
                .withNewSpec()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withSecurityContext(PodSecurity.pod())
                .withNodeSelector(target.profile().nodeSelector())
                .withTolerations(tolerations(target))
                .withTerminationGracePeriodSeconds(GRACE_SECONDS)
                .addNewTopologySpreadConstraint()
                .withMaxSkew(1)
                .withTopologyKey("kubernetes.io/hostname")
                .withWhenUnsatisfiable("ScheduleAnyway")
                .withNewLabelSelector()
                .withMatchLabels(selector)
                .endLabelSelector()
                .endTopologySpreadConstraint()
                .withInitContainers(load(target, version))
                .withContainers(serve(target, version))
                .withVolumes(volumes(target.config()))
                .endSpec()
                .build();
    }

    private static Container load(ServedTarget target, ServedVersion version) {
        ContainerBuilder container = container(target, version, LOAD_CONTAINER)
                .withCommand("edgeai", "load")
                .withArgs(
                        "--artifact",
                        version.artifact(),
                        CERTIFICATE,
                        version.certificate(),
                        "--accelerator",
                        target.profile().name(),
                        "--into",
                        MODELS);
        if (target.config().registry().credentialsSecret() != null) {
            container.addToVolumeMounts(JobParts.credentialsMount(CREDENTIALS)).addToEnv(JobParts.credentialsFile());
        }
        return container.build();
    }

    private static Container serve(ServedTarget target, ServedVersion version) {
        return container(target, version, SERVE_CONTAINER)
                .withCommand("edgeai", "serve")
                .withArgs(
                        "--models",
                        MODELS,
                        "--accelerator",
                        target.profile().name(),
                        "--name",
                        target.ref().model(),
                        "--revision",
                        version.revision(),
                        "--port",
                        Integer.toString(PORT),
                        "--threads",
                        Integer.toString(target.profile().threads()),
                        "--drain",
                        Long.toString(DRAIN_SECONDS),
                        "--task",
                        Json.write(target.task()).replace("\"", ""))
                .addNewPort()
                .withName("http")
                .withContainerPort(PORT)
                .withProtocol("TCP")
                .endPort()
                .withStartupProbe(probe("/v2/health/ready", 1, 600).build())
                .withReadinessProbe(probe("/v2/health/ready", 2, 2).build())
                // Patient: a process that is only short of CPU is taken from traffic by its readiness, and ends its
                // work.
                .withLivenessProbe(probe("/v2/health/live", 10, 3)
                        .withTimeoutSeconds(10)
                        .withTerminationGracePeriodSeconds(HUNG_GRACE_SECONDS)
                        .build())
                .withNewLifecycle()
                .withNewPreStop()
                .withNewSleep(PRE_STOP_SECONDS)
                .endPreStop()
                .endLifecycle()
                .build();
    }

    private static ContainerBuilder container(ServedTarget target, ServedVersion version, String name) {
        OperatorConfig config = target.config();
        return new ContainerBuilder()
                .withName(name)
                .withImage(version.image())
                .withImagePullPolicy(config.images().pullPolicy())
                .withWorkingDir(TEMPORARY)
                .withEnv(
                        JobParts.env(TRUSTED_KEYS, target.trustedKeys()),
                        JobParts.env(
                                "EDGEAI_PLAIN_HTTP",
                                String.join(",", config.registry().plainHttp())),
                        JobParts.env("HOME", TEMPORARY),
                        JobParts.env("TMPDIR", TEMPORARY),
                        JobParts.env("CI", "1"),
                        JobParts.env("ORT_DISABLE_TELEMETRY", "1"))
                .withResources(target.resources())
                .withSecurityContext(PodSecurity.container())
                .withTerminationMessagePolicy("File")
                .withVolumeMounts(JobParts.mount("models", MODELS), JobParts.mount("tmp", TEMPORARY));
    }

    private static List<Volume> volumes(OperatorConfig config) {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(PodSecurity.scratch("models", new Quantity(Long.toString(config.maxSourceBytes()))));
        volumes.add(PodSecurity.scratch("tmp", TEMPORARY_LIMIT));
        String secret = config.registry().credentialsSecret();
        if (secret != null) {
            volumes.add(JobParts.credentials(CREDENTIALS, secret));
        }
        return List.copyOf(volumes);
    }

    private static ProbeBuilder probe(String path, int periodSeconds, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withNewPort("http")
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(2)
                .withFailureThreshold(failures);
    }

    private static List<Toleration> tolerations(ServedTarget target) {
        List<Toleration> tolerations = new ArrayList<>(target.profile().tolerations());
        for (String lost : List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")) {
            tolerations.add(new TolerationBuilder()
                    .withKey(lost)
                    .withOperator("Exists")
                    .withEffect("NoExecute")
                    .withTolerationSeconds(LOST_NODE_SECONDS)
                    .build());
        }
        return List.copyOf(tolerations);
    }
}
