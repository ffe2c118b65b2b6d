package dev.edgeai.operator.job;

import dev.edgeai.api.v1alpha1.Labels;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Which Jobs and pods count as the operator's. */
class SealsTest {
    private static final Seals SEALS =
            new Seals(() -> "a key of thirty-two bytes, no less".getBytes(StandardCharsets.UTF_8));

    static Stream<Job> jobs() {
        return TrialJobTest.allJobs();
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void aJobAndItsPodAsAClusterWritesThemAreTheOperators(Job job) {
        Job live = live(SEALS.seal(job));
        assertThat(SEALS.isSealed(live)).isTrue();
        assertThat(SEALS.difference(live, pod(live))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void aSealIsGoodForOneJobOnly(Job job) {
        Job sealed = live(SEALS.seal(job));
        assertThat(SEALS.isSealed(live(job))).as("none").isFalse();
        assertThat(SEALS.isSealed(changed(sealed, other -> other.getMetadata().setName("other"))))
                .isFalse();
        assertThat(SEALS.isSealed(changed(sealed, other -> other.getMetadata().setNamespace("other"))))
                .isFalse();
        assertThat(SEALS.isSealed(
                        changed(sealed, other -> other.getMetadata().getLabels().put(Labels.RUN_UID, "other"))))
                .isFalse();
        assertThat(SEALS.isSealed(changed(
                        sealed, other -> spec(other).getContainers().getFirst().setImage("other"))))
                .as("copied to a Job that runs something else")
                .isFalse();
        assertThat(SEALS.isSealed(changed(
                        sealed,
                        other -> other.getSpec()
                                .getTemplate()
                                .getMetadata()
                                .getLabels()
                                .put(Labels.TRIAL, "other"))))
                .as("copied to another trial")
                .isFalse();
        assertThat(SEALS.isSealed(changed(
                        sealed,
                        other -> other.getMetadata()
                                .getAnnotations()
                                .computeIfPresent(Seals.SEALED, (key, text) -> text.replace("edgeai", "forged")))))
                .isFalse();
        assertThat(new Seals(() -> "another key of thirty-two bytes!!".getBytes(StandardCharsets.UTF_8))
                        .isSealed(sealed))
                .as("a lost key")
                .isFalse();
    }

    static Stream<Consumer<PodSpec>> forgeries() {
        return Stream.of(
                spec -> spec.getContainers().getFirst().setImage("example.com/forger:1"),
                spec -> spec.getContainers().getFirst().setCommand(List.of("sh")),
                spec -> spec.getContainers().getFirst().setArgs(List.of("-c", "echo 9.9")),
                spec -> spec.getContainers().getFirst().getEnv().getFirst().setValue("/other"),
                spec -> spec.getContainers().getFirst().getEnv().removeLast(),
                spec -> spec.getContainers()
                        .getFirst()
                        .getVolumeMounts()
                        .getFirst()
                        .setSubPath("x"),
                spec -> spec.getContainers().getFirst().setVolumeMounts(List.of()),
                spec -> spec.getContainers().getFirst().getSecurityContext().setReadOnlyRootFilesystem(false),
                spec -> spec.getContainers().getFirst().getSecurityContext().setPrivileged(true),
                spec -> spec.getContainers().getFirst().setTerminationMessagePath("/elsewhere"),
                spec -> spec.getContainers().getFirst().setTerminationMessagePolicy("FallbackToLogsOnError"),
                spec -> spec.getContainers().getFirst().getResources().setLimits(Map.of("memory", new Quantity("1Mi"))),
                spec -> spec.setContainers(with(spec.getContainers(), container("more"))),
                spec -> spec.setInitContainers(with(spec.getInitContainers(), container("more"))),
                spec -> spec.setInitContainers(List.of()),
                spec -> spec.setEphemeralContainers(List.of(new EphemeralContainer())),
                spec -> spec.setVolumes(with(spec.getVolumes(), volume("more"))),
                spec -> spec.getVolumes().getFirst().setEmptyDir(null),
                spec -> spec.setHostAliases(List.of(new HostAlias(List.of("registry"), "10.0.0.1"))),
                spec -> spec.setDnsConfig(new PodDNSConfig(List.of("10.0.0.1"), List.of(), List.of())),
                spec -> spec.setDnsPolicy("None"),
                spec -> spec.setShareProcessNamespace(true),
                spec -> spec.setHostPID(true),
                spec -> spec.setAutomountServiceAccountToken(true),
                spec -> spec.setAutomountServiceAccountToken(null),
                spec -> spec.setNodeSelector(Map.of()),
                spec -> spec.setAffinity(null),
                spec -> spec.setRuntimeClassName("forged"),
                spec -> spec.getSecurityContext().setRunAsUser(0L),
                spec -> spec.setActiveDeadlineSeconds(1L));
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void aPodThatRunsAnythingElseIsNone(Consumer<PodSpec> forgery) {
        Job live = live(SEALS.seal(TrialJobTest.baseline("", "")));
        Pod pod = pod(live);
        forgery.accept(pod.getSpec());
        assertThat(SEALS.difference(live, pod)).isPresent();
    }

    @Test
    void aPodOfAnotherControllerIsNone() {
        Job live = live(SEALS.seal(TrialJobTest.baseline("", "")));
        Pod pod = pod(live);
        pod.getMetadata().getOwnerReferences().getFirst().setController(null);
        assertThat(SEALS.difference(live, pod)).contains("the Job is not its controller");
    }

    @Test
    void theNameThatNobodyCanTakeInAdvanceIsTheSameEachTime() {
        assertThat(SEALS.unguessable("uid", "baseline"))
                .hasSize(10)
                .isEqualTo(SEALS.unguessable("uid", "baseline"))
                .isNotEqualTo(SEALS.unguessable("uid", "report"));
    }

    private static PodSpec spec(Job job) {
        return job.getSpec().getTemplate().getSpec();
    }

    private static Job changed(Job job, Consumer<Job> change) {
        Job other = Serialization.clone(job);
        change.accept(other);
        return other;
    }

    /** With what an API server fills in. */
    private static Job live(Job sent) {
        Job job = new JobBuilder(Serialization.clone(sent))
                .editMetadata()
                .withUid("job-uid")
                .withCreationTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
        job.getSpec()
                .getTemplate()
                .getMetadata()
                .getLabels()
                .putAll(Map.of("batch.kubernetes.io/controller-uid", "job-uid", "job-name", "x"));
        PodSpec spec = spec(job);
        spec.setDnsPolicy("ClusterFirst");
        spec.setSchedulerName("default-scheduler");
        Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream())
                .forEach(container -> {
                    container.setTerminationMessagePath("/dev/termination-log");
                    Map<String, Quantity> limits = container.getResources().getLimits();
                    if (limits != null && limits.containsKey("memory")) {
                        // canonical, and what is limited is requested
                        limits.computeIfPresent(
                                "memory",
                                (key, old) -> new Quantity(Quantity.getAmountInBytes(old)
                                        .toBigInteger()
                                        .toString()));
                    }
                });
        return job;
    }

    /** As the Job controller, the scheduler and a LimitRange leave it. */
    private static Pod pod(Job job) {
        PodSpec spec = spec(Serialization.clone(job));
        spec.setNodeName("edge-1");
        spec.setServiceAccount("default");
        spec.setServiceAccountName("default");
        spec.setPriority(0);
        spec.setPreemptionPolicy("PreemptLowerPriority");
        spec.setImagePullSecrets(List.of(new LocalObjectReference("pull")));
        spec.setTolerations(with(
                spec.getTolerations(),
                new Toleration("NoExecute", "node.kubernetes.io/not-ready", "Exists", 300L, null)));
        spec.getContainers()
                .getFirst()
                .getResources()
                .setRequests(with(
                        spec.getContainers().getFirst().getResources().getRequests(),
                        "ephemeral-storage",
                        new Quantity("1Gi")));
        return new PodBuilder()
                .withNewMetadata()
                .withName("x-1")
                .withNamespace(job.getMetadata().getNamespace())
                .addNewOwnerReference()
                .withUid("job-uid")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withSpec(spec)
                .build();
    }

    @Test
    void aSealIsGoodForOneDeploymentAndWhatItsPodsAre() {
        Deployment sealed = deployment();
        sealed.getMetadata().setAnnotations(Map.of(Seals.SEAL, SEALS.of(sealed)));
        assertThat(SEALS.isSealed(deployment())).as("none").isFalse();
        assertThat(SEALS.isSealed(sealed)).isTrue();
        assertThat(SEALS.isSealed(changed(sealed, d -> d.getSpec().setReplicas(7))))
                .as("an autoscaler may scale")
                .isTrue();
        assertThat(SEALS.isSealed(changed(
                        sealed,
                        d -> d.getSpec().getTemplate().getMetadata().setAnnotations(Map.of("restarted", "now")))))
                .isTrue();
        List<Consumer<Deployment>> changes = List.of(
                d -> d.getMetadata().setName("other"),
                d -> d.getMetadata().setNamespace("other"),
                d -> d.getSpec().getTemplate().getMetadata().getLabels().put("more", "x"),
                d -> pod(d).getContainers().getFirst().setImage("other"),
                d -> pod(d).getContainers().add(container("more")),
                d -> pod(d).setHostNetwork(true),
                d -> pod(d).setServiceAccountName("other"),
                d -> d.getSpec().setTemplate(null));
        assertThat(changes)
                .allSatisfy(change ->
                        assertThat(SEALS.isSealed(changed(sealed, change))).isFalse());
    }

    private static Deployment deployment() {
        return Serialization.unmarshal("""
                metadata: {name: d, namespace: n}
                spec:
                  replicas: 2
                  template:
                    metadata: {labels: {a: b}}
                    spec: {containers: [{name: serve, image: runtime}]}
                """, Deployment.class);
    }

    private static PodSpec pod(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec();
    }

    private static Deployment changed(Deployment deployment, Consumer<Deployment> change) {
        Deployment other = Serialization.clone(deployment);
        change.accept(other);
        return other;
    }

    private static <T> List<T> with(List<T> list, T more) {
        List<T> longer = new ArrayList<>(list == null ? List.of() : list);
        longer.add(more);
        return longer;
    }

    private static Map<String, Quantity> with(Map<String, Quantity> map, String key, Quantity value) {
        Map<String, Quantity> longer = new HashMap<>(map == null ? Map.of() : map);
        longer.put(key, value);
        return longer;
    }

    private static Container container(String name) {
        Container container = new Container();
        container.setName(name);
        return container;
    }

    private static Volume volume(String name) {
        Volume volume = new Volume();
        volume.setName(name);
        return volume;
    }
}
