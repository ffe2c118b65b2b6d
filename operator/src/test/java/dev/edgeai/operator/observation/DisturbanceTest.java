package dev.edgeai.operator.observation;

import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.planner.rollout.Disturbance;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** What a cluster does to pods is told from what they do themselves. */
class DisturbanceTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void anEvictedPodIsGoneAndSaysWhoTookIt() {
        Pod pod = pod("""
                phase: Failed
                reason: Evicted
                message: "The node was low on resource: memory."
                containerStatuses: [{name: serve, restartCount: 0, state: {terminated: {exitCode: 137}}}]
                """);
        assertThat(PodFacts.isGone(pod)).isTrue();
        assertThat(PodFacts.failure(pod, NOW)).as("no failure of its own").isEmpty();
        assertThat(disturbance(pod).reason()).isEqualTo(Reason.POD_DISRUPTED);
        assertThat(disturbance(pod).message()).contains("Evicted").contains("low on resource");
    }

    @Test
    void thePodOfADrainTellsOfItWhileItEnds() {
        Pod pod = pod("""
                conditions:
                  - {type: Ready, status: "True"}
                  - {type: DisruptionTarget, status: "True", reason: EvictionByEvictionAPI, message: "Eviction API: evicting",
                     lastTransitionTime: "2026-01-01T11:58:00Z"}
                """);
        pod.getMetadata().setDeletionTimestamp("2026-01-01T11:59:00Z");
        assertThat(disturbance(pod).message()).contains("EvictionByEvictionAPI");
        assertThat(disturbance(pod).since()).isEqualTo("2026-01-01T11:58:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "ErrImagePull, IMAGE_PULL_FAILED",
        "ImagePullBackOff, IMAGE_PULL_FAILED",
        "InvalidImageName, IMAGE_PULL_FAILED",
        "RegistryUnavailable, IMAGE_PULL_FAILED",
        "ImageInspectError, IMAGE_PULL_FAILED",
        "SignatureValidationFailed, IMAGE_PULL_FAILED",
        "CreateContainerConfigError, MOUNT_FAILED",
    })
    void whatAContainerCannotStartForIsTold(String waiting, Reason reason) {
        Pod pod = pod("containerStatuses: [{name: serve, state: {waiting: {reason: " + waiting + ", message: why}}}]");
        assertThat(disturbance(pod).reason()).isEqualTo(reason);
        assertThat(disturbance(pod).message()).contains("serve").contains("why");
    }

    @Test
    void aPodOnANodeThatDoesNotAnswerIsNoPodThatDoesNotAnswer() {
        Pod pod = pod("""
                conditions: [{type: Ready, status: "False"}]
                containerStatuses: [{name: serve, ready: true, started: true, state: {running: {startedAt: "2026-01-01T11:00:00Z"}}}]
                """);
        pod.getSpec().setNodeName("away");
        assertThat(PodFacts.isUnresponsive(pod)).isFalse();
        assertThat(PodFacts.disturbance(pod, Set.of("away"), NOW))
                .hasValueSatisfying(d -> assertThat(d.reason()).isEqualTo(Reason.NODE_LOST));
    }

    @Test
    void onlyAPodThatWasReadyOnceCanAnswerNoMore() {
        String running = """
                conditions: [{type: Ready, status: "False"}]
                containerStatuses: [{name: serve, ready: false, started: %s, state: {running: {startedAt: "2026-01-01T11:59:58Z"}}}]
                """;
        assertThat(PodFacts.isUnresponsive(pod(running.formatted(true)))).isTrue();
        assertThat(PodFacts.isUnresponsive(pod(running.formatted(false))))
                .as("young")
                .isFalse();
        assertThat(PodFacts.runningSince(pod(running.formatted(false))))
                .hasValue(Instant.parse("2026-01-01T11:59:58Z"));
    }

    @ParameterizedTest(name = "exit {0}, {1}: crashes {2}")
    @CsvSource({
        "1, Error, true",
        "134, Error, true",
        "137, OOMKilled, true",
        "137, Error, false",
        "143, Error, false",
        "0, Completed, false"
    })
    void whatTheKubeletKilledDidNotCrash(int exit, String why, boolean crashes) {
        Pod pod = pod("""
                containerStatuses: [{name: serve, restartCount: 5, state: {waiting: {reason: CrashLoopBackOff}},
                  lastState: {terminated: {exitCode: %d, reason: %s, finishedAt: "2026-01-01T11:59:00Z"}}}]
                """.formatted(exit, why));
        assertThat(PodFacts.isCrashLooping(pod, NOW)).isEqualTo(crashes);
        assertThat(PodFacts.failure(pod, NOW).isPresent()).isEqualTo(crashes);
    }

    @Test
    void aServerThatWasToldToStopAgainAndAgainDidNotCrash() {
        Pod pod = pod("""
                conditions: [{type: Ready, status: "False"}]
                containerStatuses: [{name: serve, restartCount: 4, started: false, ready: false,
                  state: {running: {startedAt: "2026-01-01T11:59:30Z"}},
                  lastState: {terminated: {exitCode: 0, reason: Completed, finishedAt: "2026-01-01T11:59:29Z"}}}]
                """);
        assertThat(PodFacts.isCrashLooping(pod, NOW)).isFalse();
        assertThat(PodFacts.failure(pod, NOW)).isEmpty();
    }

    @Test
    void aContainerThatWasJustKilledHasNotFailedEither() {
        Pod pod = pod("""
                containerStatuses: [{name: serve, restartCount: 0,
                  state: {terminated: {exitCode: 137, reason: Error, finishedAt: "2026-01-01T11:59:59Z"}}}]
                """);
        assertThat(PodFacts.failure(pod, NOW)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"initContainerStatuses", "containerStatuses"})
    void aContainerThatSomebodyElseAddedIsOfTheEnvironment(String list) {
        Pod pod = pod("""
                conditions: [{type: Ready, status: "False"}]
                %s:
                  - {name: istio-proxy, restartCount: 7, state: {waiting: {reason: CrashLoopBackOff, message: back-off}},
                     lastState: {terminated: {exitCode: 1, reason: Error, finishedAt: "2026-01-01T11:59:00Z"}}}
                """.formatted(list));
        assertThat(PodFacts.isCrashLooping(pod, NOW)).isFalse();
        assertThat(PodFacts.failure(pod, NOW)).isEmpty();
        assertThat(disturbance(pod).reason()).hasToString("SidecarFailed");
        assertThat(disturbance(pod).message()).contains("istio-proxy", "p", "exit code 1");
    }

    @Test
    void aPodIsNotSilentForWantOfAnothersContainer() {
        Pod pod = pod("""
                conditions: [{type: Ready, status: "False"}]
                containerStatuses:
                  - {name: serve, ready: true, started: true, restartCount: 0, state: {running: {startedAt: "2026-01-01T11:00:00Z"}}}
                  - {name: istio-proxy, ready: false, started: true, restartCount: 0, state: {running: {startedAt: "2026-01-01T10:00:00Z"}}}
                """);
        assertThat(PodFacts.isUnresponsive(pod)).isFalse();
        assertThat(PodFacts.runningSince(pod)).hasValue(Instant.parse("2026-01-01T11:00:00Z"));
    }

    @Test
    void nodesThatAreCordonedOrLostAreKnownByTheirNames() {
        NodeFacts facts = NodeFacts.of(List.of(
                node("ready", "spec: {}\nstatus: {conditions: [{type: Ready, status: \"True\"}]}"),
                node("leaving", "spec: {unschedulable: true}\nstatus: {conditions: [{type: Ready, status: \"True\"}]}"),
                node("away", "spec: {}\nstatus: {conditions: [{type: Ready, status: Unknown}]}"),
                node("new", "spec: {}")));
        assertThat(facts.cordoned()).containsExactly("leaving");
        assertThat(facts.lost()).containsExactly("away");
    }

    private static Disturbance disturbance(Pod pod) {
        return PodFacts.disturbance(pod, Set.of(), NOW).orElseThrow();
    }

    private static Node node(String name, String rest) {
        return Samples.yaml("metadata: {name: " + name + "}\n" + rest, Node.class);
    }

    private static Pod pod(String status) {
        return Samples.yaml("metadata: {name: p}\nspec: {}\nstatus:\n" + status.indent(2), Pod.class);
    }
}
