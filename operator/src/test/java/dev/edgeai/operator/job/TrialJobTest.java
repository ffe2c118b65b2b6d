package dev.edgeai.operator.job;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class TrialJobTest {
    private static final RunRef RUN = new RunRef("vision", "digits", "uid-1", Optional.of("digits"));
    private static final String SOURCE_SECRET = ", \"credentialsSecretRef\": {\"name\": \"pull\"}";
    private static final String REGISTRY_SECRET = ", \"credentialsSecret\": \"push\"";

    static Stream<Job> allJobs() {
        return Stream.of(
                baseline("", ""), variant("", ""), variant(SOURCE_SECRET, REGISTRY_SECRET), certify(REGISTRY_SECRET));
    }

    @ParameterizedTest
    @MethodSource("allJobs")
    void everyPodIsRestricted(Job job) {
        PodSpec pod = pod(job);
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getEnableServiceLinks()).isFalse();
        assertThat(pod.getServiceAccountName()).isNull();
        assertThat(pod.getPriorityClassName()).isNull();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
        assertThat(pod.getSecurityContext().getRunAsGroup()).isEqualTo(65532);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(containers(pod)).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getTerminationMessagePolicy()).isEqualTo("File");
            assertThat(container.getResources().getLimits()).containsKey("memory");
        });
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getEmptyDir() != null)
                .allSatisfy(volume ->
                        assertThat(volume.getEmptyDir().getSizeLimit()).isNotNull());
        assertThat(pod.getVolumes())
                .allSatisfy(volume -> assertThat(volume.getHostPath()).isNull());
    }

    @ParameterizedTest
    @MethodSource("allJobs")
    void everyPodEndsByItselfAndIsNotTriedAgainForNothing(Job job) {
        assertThat(pod(job).getRestartPolicy()).isEqualTo("Never");
        assertThat(pod(job).getTerminationGracePeriodSeconds()).isEqualTo(5);
        assertThat(job.getSpec().getBackoffLimit()).isEqualTo(1);
        assertThat(Stream.of(job.getSpec().getActiveDeadlineSeconds(), pod(job).getActiveDeadlineSeconds()))
                .as("it ends some time")
                .anyMatch(seconds -> seconds != null && seconds > 0);
        List<PodFailurePolicyRule> rules = job.getSpec().getPodFailurePolicy().getRules();
        assertThat(rules.getFirst().getAction())
                .as("first: an eviction may come with any exit code")
                .isEqualTo("Ignore");
        assertThat(rules.getFirst().getOnPodConditions().getFirst().getType()).isEqualTo("DisruptionTarget");
        assertThat(rules.getLast().getAction()).isEqualTo("FailJob");
        assertThat(rules.getLast().getOnExitCodes().getValues()).containsExactly(1, 2, 3);
    }

    @Test
    void theBaselineFetchesAssessesAndMeasures() {
        assertThat(pod(baseline("", "")).getInitContainers())
                .extracting(Container::getName)
                .containsExactly("fetch", "assess");
        assertThat(container(baseline("", ""), "fetch").getCommand())
                .containsExactly("edgeai", "fetch", "--into", JobParts.WORK);
        assertThat(container(baseline("", ""), "assess").getCommand())
                .containsExactly("edgeai", "assess", JobParts.WORK + "/source", "-o", "json");
        assertThat(container(baseline("", ""), "measure").getCommand())
                .containsExactly("edgeai", "measure", "--work", JobParts.WORK);
    }

    @Test
    void aVariantIsMadeByItsFrameworksImageWithItsOwnEntryPoint() {
        assertThat(pod(variant("", "")).getInitContainers())
                .extracting(Container::getName)
                .containsExactly("fetch", "optimize");
        assertThat(container(variant("", ""), "optimize").getImage()).isEqualTo("optimizer-openvino:1");
        assertThat(container(variant("", ""), "optimize").getCommand()).isEmpty();
        assertThat(container(variant("", ""), "measure").getImage()).isEqualTo("runtime:1");
    }

    @Test
    void aVariantThatExistsIsNotMadeAgain() {
        Job full = known(Map.of(), "int8-ptq");
        assertThat(pod(full).getInitContainers()).extracting(Container::getName).containsExactly("fetch");
        assertThat(full.getMetadata().getLabels())
                .as("a second Job of its trial")
                .containsEntry("edgeai.dev/trial", "openvino-int8-ptq-full");
        assertThat(known(Map.of("INFERENCE_NUM_THREADS", "1"), "int8-ptq")
                        .getMetadata()
                        .getLabels())
                .as("other engine options make another variant")
                .containsEntry("edgeai.dev/trial", "openvino-int8-ptq");
    }

    @Test
    void theBaselineOfACheckpointIsMadeByAnOptimizerEvenForAVariantThatExists() {
        assertThat(pod(known(Map.of(), "baseline")).getInitContainers())
                .extracting(Container::getName)
                .containsExactly("fetch", "optimize");
    }

    private static Job known(Map<String, String> engineOptions, String technique) {
        TrialSpec made = spec("OpenVINO", "");
        TrialSpec known = new TrialSpec(
                made.run(),
                made.trial(),
                made.task(),
                made.framework(),
                technique,
                made.parameters(),
                made.source(),
                made.evaluation(),
                made.accelerator(),
                made.threads(),
                made.seed(),
                made.repository(),
                made.plainHttp(),
                made.maxSourceBytes(),
                made.depth(),
                "sha256:1",
                engineOptions);
        return trial(known, "");
    }

    @Test
    void everyContainerIsToldTheSameSpec() {
        Job job = variant("", "");
        assertThat(containers(pod(job))).allSatisfy(container -> {
            Map<String, String> env = env(container);
            assertThat(Json.find(env.getOrDefault("EDGEAI_TRIAL_SPEC", ""), TrialSpec.class))
                    .contains(spec("OpenVINO", ""));
            assertThat(env)
                    .containsEntry("HOME", JobParts.WORK)
                    .containsEntry("TMPDIR", JobParts.WORK)
                    .containsEntry("CI", "1")
                    .containsEntry("ORT_DISABLE_TELEMETRY", "1")
                    .containsEntry("HF_HUB_OFFLINE", "1");
            assertThat(container.getWorkingDir()).isEqualTo(JobParts.WORK);
            assertThat(container.getVolumeMounts())
                    .extracting(VolumeMount::getMountPath)
                    .contains(JobParts.WORK, "/tmp");
        });
    }

    @Test
    void devicesGoToTheContainersThatNeedThem() {
        Job job = variant("", "");
        assertThat(container(job, "optimize").getResources().getLimits()).containsKey("nvidia.com/gpu");
        assertThat(container(job, "measure").getResources().getLimits()).containsKey("nvidia.com/gpu");
        assertThat(container(job, "fetch").getResources().getLimits()).containsOnlyKeys("memory");
    }

    @Test
    void credentialsReachOnlyTheContainersThatSpeakToTheRegistry() {
        Job both = variant(SOURCE_SECRET, REGISTRY_SECRET);
        assertThat(secretOf(both, "fetch")).contains("pull");
        assertThat(secretOf(both, "optimize")).isEmpty();
        assertThat(secretOf(both, "measure")).contains("push");
        assertThat(env(container(both, "fetch"))).containsEntry("DOCKER_CONFIG", "/credentials");
        assertThat(secretOf(variant("", REGISTRY_SECRET), "fetch")).contains("push");
        assertThat(secretOf(variant(SOURCE_SECRET, ""), "measure")).isEmpty();
        assertThat(secretOf(baseline(SOURCE_SECRET, REGISTRY_SECRET), "assess")).isEmpty();
        assertThat(pod(variant("", "")).getVolumes())
                .extracting(Volume::getName)
                .containsExactly("work", "tmp");
    }

    @Test
    void trialsRunOnTheProfilesNodesAndNeverTwoOnOneNode() {
        PodSpec pod = pod(variant("", ""));
        assertThat(pod.getNodeSelector()).isEqualTo(Map.of("edgeai.dev/accelerator", "gpu"));
        assertThat(pod.getTolerations())
                .extracting(toleration -> toleration.getKey())
                .containsExactly("edge");
        var term = pod.getAffinity()
                .getPodAntiAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getFirst();
        assertThat(term.getTopologyKey()).isEqualTo("kubernetes.io/hostname");
        assertThat(term.getNamespaceSelector().getMatchLabels())
                .as("in any namespace")
                .isEmpty();
        assertThat(variant("", "")
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels()
                        .entrySet())
                .containsAll(term.getLabelSelector().getMatchLabels().entrySet());
    }

    @Test
    void theRunOwnsItsTrialsAndTheirLabelsLeadBackToIt() {
        Job job = variant("", "");
        assertThat(job.getMetadata().getNamespace()).isEqualTo("vision");
        assertThat(job.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getUid()).isEqualTo("uid-1");
            assertThat(owner.getController()).isTrue();
            assertThat(owner.getBlockOwnerDeletion()).isTrue();
        });
        assertThat(RunRef.find(job)).containsExactly(RUN.id());
        assertThat(RUN.owns(job)).isTrue();
        assertThat(new RunRef("vision", "digits", "uid-2", Optional.empty()).owns(job))
                .isFalse();
        assertThat(job.getSpec().getTtlSecondsAfterFinished())
                .as("its result must be recorded first")
                .isNull();
    }

    @Test
    void onePodTakesAtMostHalfOfTheRunsTime() {
        assertThat(variant("", "").getSpec().getActiveDeadlineSeconds())
                .as("waiting for a node or a quota is no failure")
                .isNull();
        assertThat(pod(variant("", "")).getActiveDeadlineSeconds()).isEqualTo(1800);
    }

    /** What was measured is worth waiting for its registry; a source that cannot be had is not worth a node's place. */
    @Test
    void aRegistryThatIsAwayHoldsANodesPlaceForLessThanTwoMinutes() {
        Map<String, String> patience = containers(pod(variant("", ""))).stream()
                .collect(Collectors.toMap(Container::getName, c -> env(c).get("EDGEAI_RETRY_SECONDS")));
        assertThat(patience)
                .containsExactlyInAnyOrderEntriesOf(Map.of("fetch", "100", "optimize", "300", "measure", "300"));
    }

    @Test
    void noTrialHoldsAMeasuringPlaceForLongerThanTheOperatorAllows() {
        assertThat(pod(within(Duration.ofHours(100_000))).getActiveDeadlineSeconds())
                .isEqualTo(Duration.ofHours(4).toSeconds());
        assertThat(pod(within(Duration.ofSeconds(1))).getActiveDeadlineSeconds())
                .isEqualTo(1);
    }

    private static Job within(Duration timeout) {
        OperatorConfig config = config("");
        TrialSpec spec = spec("OpenVINO", "");
        return new TrialJob(
                        RUN,
                        "digits-" + spec.trial(),
                        spec,
                        config.accelerators().getFirst(),
                        config,
                        timeout)
                .build();
    }

    @Test
    void theWorkFolderHasRoomForFourTimesTheLargestSource() {
        assertThat(pod(variant("", "")).getVolumes().getFirst().getEmptyDir().getSizeLimit())
                .isEqualTo(new Quantity("4000"));
    }

    @Test
    void certifyIsTheOnlyPodWithTheKeyAndStandsInTheOperatorsNamespace() {
        Job job = certify("");
        assertThat(job.getMetadata().getNamespace()).isEqualTo("edgeai-system");
        assertThat(job.getMetadata().getOwnerReferences())
                .as("an owner cannot stand in another namespace")
                .isEmpty();
        assertThat(RunRef.find(job)).containsExactly(RUN.id());
        assertThat(job.getSpec().getTtlSecondsAfterFinished()).isEqualTo(3600);
        assertThat(container(job, "certify").getCommand())
                .containsExactly("edgeai", "certify", "--key", "/keys/private.pem");
        Volume keys = volume(job, "keys").orElseThrow();
        assertThat(keys.getSecret().getSecretName()).isEqualTo("edgeai-signing-key");
        assertThat(keys.getSecret().getItems())
                .extracting(item -> item.getKey())
                .containsExactly("private.pem", "public.pem");
        assertThat(Stream.of(baseline("", ""), variant(SOURCE_SECRET, REGISTRY_SECRET)))
                .noneMatch(trial -> volume(trial, "keys").isPresent());
    }

    static Job baseline(String sourceSecret, String registrySecret) {
        return trial(spec(null, sourceSecret), registrySecret);
    }

    private static Job variant(String sourceSecret, String registrySecret) {
        return trial(spec("OpenVINO", sourceSecret), registrySecret);
    }

    private static Job trial(TrialSpec spec, String registrySecret) {
        OperatorConfig config = config(registrySecret);
        AcceleratorProfile profile = config.accelerators().getFirst();
        return new TrialJob(RUN, "digits-" + spec.trial(), spec, profile, config, Duration.ofHours(1)).build();
    }

    private static Job certify(String registrySecret) {
        CertificateRequest request = Json.find("""
                        {"artifact": "registry/models/digits@sha256:0", "accelerator": "gpu", "namespace": "vision",
                         "run": "digits", "trial": "openvino-int8-ptq", "gates": [], "versions": {}, "plainHttp": []}
                        """, CertificateRequest.class).orElseThrow();
        return new CertifyJob(
                        RUN,
                        "digits-certify-openvino-int8-ptq",
                        "edgeai-system",
                        request,
                        config(registrySecret),
                        "edgeai-signing-key")
                .build();
    }

    private static TrialSpec spec(@Nullable String framework, String sourceSecret) {
        String how = framework == null ? "" : ", \"framework\": \"" + framework + "\", \"technique\": \"int8-ptq\"";
        return Json.find(
                        """
                        {"run": "digits", "trial": "%s", "task": "ImageClassification",
                         "source": {"uri": "oci://registry/models/digits:1"%s},
                         "evaluation": {"dataset": {"uri": "oci://registry/data/digits:1"}},
                         "accelerator": "gpu", "threads": 1, "seed": 42, "repository": "registry/models/vision/digits",
                         "maxSourceBytes": 1000%s}
                        """.formatted(framework == null ? "baseline" : "openvino-int8-ptq", sourceSecret, how),
                        TrialSpec.class)
                .orElseThrow();
    }

    private static OperatorConfig config(String registrySecret) {
        return Json.find("""
                        {"registry": {"prefix": "registry/models"%s}, "maxSourceBytes": 1000,
                         "images": {"runtime": "runtime:1", "optimizers": {"OpenVINO": "optimizer-openvino:1"}},
                         "accelerators": [{"name": "gpu", "tolerations": [{"key": "edge", "operator": "Exists"}],
                           "resources": {"limits": {"memory": "2Gi", "nvidia.com/gpu": "1"}, "requests": {"cpu": "1"}}}]}
                        """.formatted(registrySecret), OperatorConfig.class).orElseThrow();
    }

    private static PodSpec pod(Job job) {
        return job.getSpec().getTemplate().getSpec();
    }

    private static List<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream())
                .toList();
    }

    private static Container container(Job job, String name) {
        return containers(pod(job)).stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> env(Container container) {
        return container.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }

    private static Optional<Volume> volume(Job job, String name) {
        return pod(job).getVolumes().stream()
                .filter(volume -> volume.getName().equals(name))
                .findFirst();
    }

    private static Optional<String> secretOf(Job job, String container) {
        return container(job, container).getVolumeMounts().stream()
                .filter(mount -> mount.getMountPath().equals("/credentials"))
                .findFirst()
                .flatMap(mount -> volume(job, mount.getName()))
                .map(volume -> volume.getSecret().getSecretName());
    }
}
