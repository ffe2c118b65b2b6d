package dev.edgeai.operator.delivery;

import dev.edgeai.api.v1alpha1.Labels;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class ServingDeploymentTest {
    private final Deployment deployment = ServingDeployment.build(Samples.target(), Samples.VERSION, 3);
    private final PodSpec pod = deployment.getSpec().getTemplate().getSpec();

    @Test
    void isNamedAndLabelledByItsRevision() {
        assertThat(deployment.getMetadata().getName()).matches("digits-line-cameras-[0-9a-f]{8}-0a1b2c3d4e");
        assertThat(deployment.getSpec().getReplicas()).isEqualTo(3);
        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels())
                .containsAllEntriesOf(Map.of(
                        Labels.MODEL, "digits",
                        Labels.TARGET, "line-cameras",
                        Labels.REVISION, "0a1b2c3d4e",
                        Labels.COMPONENT, "serve"));
        assertThat(deployment.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getController()).isTrue());
    }

    @Test
    void loadsByDigestAndServesWhatWasLoaded() {
        Container load = pod.getInitContainers().getFirst();
        assertThat(load.getCommand()).containsExactly("edgeai", "load");
        assertThat(load.getArgs())
                .containsSubsequence("--artifact", Samples.ARTIFACT)
                .containsSubsequence("--certificate", "sha256:" + "c".repeat(64))
                .containsSubsequence("--accelerator", "intel-cpu")
                .containsSubsequence("--into", "/models");
        Container serve = pod.getContainers().getFirst();
        assertThat(serve.getCommand()).containsExactly("edgeai", "serve");
        assertThat(serve.getArgs())
                .containsSubsequence("--models", "/models")
                .containsSubsequence("--name", "digits")
                .containsSubsequence("--revision", "0a1b2c3d4e")
                .containsSubsequence("--port", "8080")
                .containsSubsequence("--threads", "2")
                .containsSubsequence("--task", "ImageClassification");
    }

    @Test
    void bothContainersKnowTheKeyTheyTrust() {
        assertThat(containers())
                .allSatisfy(container -> assertThat(container.getEnv()).anySatisfy(variable -> {
                    assertThat(variable.getName()).isEqualTo("EDGEAI_TRUSTED_KEY");
                    assertThat(variable.getValue()).isEqualTo("-----BEGIN PUBLIC KEY-----");
                }));
    }

    @Test
    void stopsAnsweringOnlyAfterItsEndpointIsGone() {
        Container serve = pod.getContainers().getFirst();
        long pause = serve.getLifecycle().getPreStop().getSleep().getSeconds();
        assertThat(pause).isPositive();
        int drain = Integer.parseInt(serve.getArgs()
                .get(serve.getArgs().indexOf("--drain") + 1)); // what the server takes for requests in flight
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(pause + drain);
        assertThat(serve.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/v2/health/ready");
        assertThat(serve.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/v2/health/live");
        assertThat(serve.getStartupProbe().getFailureThreshold()).isGreaterThanOrEqualTo(60);
    }

    @Test
    void goesWhereTheProfileSaysAndLeavesLostNodesSoon() {
        assertThat(pod.getNodeSelector()).isEqualTo(Map.of(Labels.ACCELERATOR, "intel-cpu"));
        assertThat(pod.getTolerations()).extracting(t -> t.getKey()).contains("edge");
        assertThat(pod.getTolerations())
                .filteredOn(t -> "NoExecute".equals(t.getEffect()))
                .extracting(t -> t.getKey())
                .containsExactlyInAnyOrder("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
        assertThat(pod.getTopologySpreadConstraints())
                .singleElement()
                .satisfies(spread -> assertThat(spread.getWhenUnsatisfiable()).isEqualTo("ScheduleAnyway"));
    }

    @Test
    void meetsTheRestrictedPodSecurityStandard() {
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(containers()).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
        });
        assertThat(pod.getVolumes())
                .allSatisfy(volume ->
                        assertThat(volume.getEmptyDir().getSizeLimit()).isNotNull());
    }

    @Test
    void takesResourcesFromTheTargetBeforeTheProfile() {
        assertThat(containers())
                .allSatisfy(c -> assertThat(c.getResources().getLimits()).containsEntry("memory", new Quantity("1Gi")));
        PodSpec overridden = pod(Samples.target("{resources: {requests: {cpu: 2}}}", Samples.CONFIG));
        assertThat(overridden.getContainers().getFirst().getResources().getRequests())
                .isEqualTo(Map.of("cpu", new Quantity("2")));
    }

    @Test
    void onlyLoadSeesTheRegistrysCredentials() {
        PodSpec withSecret =
                pod(Samples.target("{}", Samples.CONFIG.replace("prefix:", "credentialsSecret: pull, prefix:")));
        assertThat(withSecret.getVolumes())
                .filteredOn(v -> v.getSecret() != null)
                .extracting(v -> v.getSecret().getSecretName())
                .containsExactly("pull");
        assertThat(withSecret.getInitContainers().getFirst().getVolumeMounts())
                .extracting(m -> m.getMountPath())
                .contains("/credentials");
        assertThat(withSecret.getContainers().getFirst().getVolumeMounts())
                .extracting(m -> m.getMountPath())
                .doesNotContain("/credentials");
    }

    @Test
    void isAnotherRevisionWhenItsPodsWouldDiffer() {
        String revision = revision("{}", Samples.CONFIG, "a");
        assertThat(revision).matches("[0-9a-f]{10}");
        assertThat(revision("{replicas: 7}", Samples.CONFIG, "a"))
                .as("the number of pods makes no other pods")
                .isEqualTo(revision);
        assertThat(List.of(
                        revision,
                        revision("{resources: {requests: {cpu: 2}}}", Samples.CONFIG, "a"),
                        revision("{}", Samples.CONFIG.replace("runtime:1", "runtime:2"), "a"),
                        revision("{}", Samples.CONFIG.replace("threads: 2", "threads: 3"), "a"),
                        revision("{}", Samples.CONFIG, "b")))
                .doesNotHaveDuplicates();
    }

    @Test
    void aChangeOfTrustIsNoOtherRevision() {
        ServedTarget before = Samples.target();
        ServedTarget after = new ServedTarget(
                before.ref(),
                before.owner(),
                before.profile(),
                before.serving(),
                before.task(),
                before.config(),
                "-----BEGIN PUBLIC KEY-----another");
        assertThat(ServingDeployment.revision(after, Samples.ARTIFACT, "sha256:a", "runtime:1"))
                .isEqualTo(ServingDeployment.revision(before, Samples.ARTIFACT, "sha256:a", "runtime:1"));
    }

    @Test
    void isBuiltWithTheImageItWasBroughtOutWith() {
        ServedTarget newer = Samples.target("{}", Samples.CONFIG.replace("runtime:1", "runtime:2"));
        PodSpec rebuilt = pod(newer);
        assertThat(Stream.concat(rebuilt.getInitContainers().stream(), rebuilt.getContainers().stream()))
                .extracting(Container::getImage)
                .containsOnly("registry:5000/edgeai/runtime:1");
    }

    private static String revision(String serving, String config, String digest) {
        ServedTarget target = Samples.target(serving, config);
        return ServingDeployment.revision(
                target,
                Samples.ARTIFACT,
                "sha256:" + digest,
                target.config().images().runtime());
    }

    private static PodSpec pod(ServedTarget target) {
        return ServingDeployment.build(target, Samples.VERSION, 1)
                .getSpec()
                .getTemplate()
                .getSpec();
    }

    private List<Container> containers() {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream())
                .toList();
    }
}
