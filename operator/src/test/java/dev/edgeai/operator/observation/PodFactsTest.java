package dev.edgeai.operator.observation;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.operator.delivery.Samples;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

class PodFactsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void aRefusalIsReadFromTheLastTerminationWhileTheContainerWaits() {
        Pod pod = pod("""
                phase: Pending
                initContainerStatuses:
                  - name: load
                    restartCount: 1
                    state: {waiting: {reason: CrashLoopBackOff, message: back-off}}
                    lastState: {terminated: {exitCode: 1, message: '{"reason":"DigestMismatch","message":"model.bin differs"}'}}
                """);
        assertThat(PodFacts.failure(pod, NOW)).hasValue(new Failure("DigestMismatch", "model.bin differs"));
        assertThat(PodFacts.isCrashLooping(pod, NOW)).isTrue();
        assertThat(PodFacts.message(pod)).hasValue("container load: CrashLoopBackOff: back-off");
    }

    @Test
    void whatIsNoFailureBecomesOneWithAKnownReason() {
        assertThat(PodFacts.failure(pod("""
                        containerStatuses: [{name: serve, restartCount: 0,
                          state: {terminated: {exitCode: 137, reason: OOMKilled}}}]
                        """), NOW))
                .hasValueSatisfying(f -> assertThat(f.reason()).isEqualTo("OutOfMemory"));
        assertThat(PodFacts.failure(pod("""
                        containerStatuses: [{name: serve, restartCount: 0,
                          state: {terminated: {exitCode: 134, message: "SIGABRT"}}}]
                        """), NOW)).hasValueSatisfying(f -> {
            assertThat(f.reason()).isEqualTo("InternalError");
            assertThat(f.message()).contains("serve").contains("134");
        });
    }

    @Test
    void aPodThatIsReadyAgainHasNoFailure() {
        Pod pod = pod("""
                conditions: [{type: Ready, status: "True"}]
                containerStatuses: [{name: serve, restartCount: 1,
                  lastState: {terminated: {exitCode: 1, finishedAt: "2026-01-01T11:59:00Z"}}}]
                """);
        assertThat(PodFacts.failure(pod, NOW)).isEmpty();
        assertThat(PodFacts.isCrashLooping(pod, NOW)).isFalse();
        assertThat(PodFacts.isReady(pod)).isTrue();
    }

    @ParameterizedTest(name = "{0}: a verdict {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "waiting: {reason: CrashLoopBackOff} | true",
                "terminated: {exitCode: 1, message: '{\"reason\":\"DigestMismatch\",\"message\":\"differs\"}'} | true",
                "running: {startedAt: '2026-01-01T11:59:30Z'} | false",
                "terminated: {exitCode: 0, reason: Completed} | false",
                "waiting: {reason: PodInitializing} | false",
            },
            quoteCharacter = '`')
    void aFailureThatIsOverIsNoVerdict(String state, boolean verdict) {
        Pod pod = pod("""
                phase: Pending
                conditions: [{type: Ready, status: "False"}]
                initContainerStatuses:
                  - name: load
                    restartCount: 1
                    state: {%s}
                    lastState: {terminated: {exitCode: 1, finishedAt: "2026-01-01T11:59:00Z", message: '{"reason":"DigestMismatch","message":"differs"}'}}
                """.formatted(state));
        assertThat(PodFacts.failure(pod, NOW).isPresent()).isEqualTo(verdict);
    }

    @Test
    void aLoadThatSucceededInTheEndDidNotCrashHoweverOftenItFailed() {
        Pod pod = pod("""
                conditions: [{type: Ready, status: "False"}]
                initContainerStatuses:
                  - name: load
                    restartCount: 4
                    state: {terminated: {exitCode: 0, reason: Completed}}
                    lastState: {terminated: {exitCode: 1, finishedAt: "2026-01-01T11:59:00Z", message: '{"reason":"RegistryUnavailable","message":"away"}'}}
                containerStatuses: [{name: serve, restartCount: 0, started: false, state: {running: {startedAt: "2026-01-01T11:59:30Z"}}}]
                """);
        assertThat(PodFacts.failure(pod, NOW)).isEmpty();
        assertThat(PodFacts.isCrashLooping(pod, NOW)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"RegistryUnavailable, false", "DiskFull, false", "CertificateMissing, false", "InternalError, true"})
    void whatTheEnvironmentKeptFromAContainerIsNoCrashOfItsOwn(String reason, boolean crashes) {
        String status = """
                conditions: [{type: Ready, status: "False"}]
                containerStatuses: [{name: serve, restartCount: 5, state: {%s},
                  lastState: {terminated: {exitCode: 1, finishedAt: "2026-01-01T11:59:00Z", message: '{"reason":"%s","message":"why"}'}}}]
                """;
        Pod waits = pod(status.formatted("waiting: {reason: CrashLoopBackOff}", reason));
        Pod runs = pod(status.formatted("running: {startedAt: \"2026-01-01T11:59:30Z\"}", reason));
        assertThat(PodFacts.isCrashLooping(waits, NOW)).isEqualTo(crashes);
        assertThat(PodFacts.isCrashLooping(runs, NOW)).isEqualTo(crashes);
        assertThat(PodFacts.failure(waits, NOW))
                .hasValueSatisfying(f -> assertThat(f.reason()).isEqualTo(reason));
        assertThat(PodFacts.failure(runs, NOW)).as("it ends again and again").isPresent();
    }

    @Test
    void manyRestartsAreACrashLoopOnlyWhileTheyAreFresh() {
        String restarts = """
                conditions: [{type: Ready, status: "True"}]
                containerStatuses: [{name: serve, restartCount: 3,
                  lastState: {terminated: {exitCode: 1, finishedAt: "%s"}}}]
                """;
        assertThat(PodFacts.isCrashLooping(pod(restarts.formatted("2026-01-01T11:58:00Z")), NOW))
                .isTrue();
        assertThat(PodFacts.isCrashLooping(pod(restarts.formatted("2025-12-24T00:00:00Z")), NOW))
                .isFalse();
    }

    @Test
    void aPodThatIsGoingAwayIsNotReady() {
        Pod pod = pod("conditions: [{type: Ready, status: \"True\"}]");
        pod.getMetadata().setDeletionTimestamp("2026-01-01T11:59:00Z");
        assertThat(PodFacts.isReady(pod)).isFalse();
    }

    @Test
    void theSchedulersWordsAreHeard() {
        assertThat(PodFacts.message(pod("""
                        conditions: [{type: PodScheduled, status: "False", reason: Unschedulable,
                          message: "0/3 nodes are available"}]
                        """))).hasValue("Unschedulable: 0/3 nodes are available");
        assertThat(PodFacts.message(
                        pod("containerStatuses: [{name: serve, state: {waiting: {reason: ContainerCreating}}}]")))
                .isEmpty();
    }

    private static Pod pod(String status) {
        return Samples.yaml("metadata: {name: p}\nstatus:\n" + status.indent(2), Pod.class);
    }
}
