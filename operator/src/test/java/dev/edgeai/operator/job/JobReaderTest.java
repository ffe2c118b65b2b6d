package dev.edgeai.operator.job;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.StartTrouble;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** Jobs and pods as Kubernetes writes them, and what they are read as. */
class JobReaderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
    private static final String MADE = "2026-01-01T00:30:00Z";

    @Test
    void aNewJobIsPendingWithoutTrouble() {
        assertThat(read(job("")))
                .isEqualTo(new JobState.Pending<>(Optional.empty(), Optional.empty(), Instant.parse(MADE)));
    }

    @Test
    void aSuspendedJobSaysSo() {
        Job job = job("");
        job.setSpec(new JobSpecBuilder().withSuspend(true).build());

        assertThat(read(job)).isInstanceOfSatisfying(JobState.Pending.class, pending -> {
            assertThat(StartTrouble.reason(pending.reason().orElseThrow().toString(), ""))
                    .contains(Reason.UNSCHEDULABLE);
            assertThat(pending.message().orElseThrow().toString()).contains("spec.suspend is false");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: no node}] | Unschedulable | no node",
                "initContainerStatuses: [{name: fetch, state: {waiting: {reason: ImagePullBackOff, message: no image}}}] | ImagePullBackOff | no image",
                "initContainerStatuses: [{name: fetch, state: {waiting: {reason: CreateContainerConfigError, message: no secret}}}] | CreateContainerConfigError | no secret",
            })
    void whatKeepsAPodFromStartingIsTold(String status, String reason, String message) {
        assertThat(read(job(""), pod("phase: Pending, " + status)))
                .isEqualTo(new JobState.Pending<>(
                        Optional.of(reason), Optional.of(message), Instant.parse(MADE), Optional.of("edge-1")));
    }

    @Test
    void aPodWaitsFromWhenItCameToItsNode() {
        Pod pod = pod(
                "phase: Pending, conditions: [{type: PodScheduled, status: 'True', lastTransitionTime: '2026-01-01T00:45:00Z'}]");
        assertThat(read(job(""), pod))
                .isEqualTo(new JobState.Pending<>(
                        Optional.empty(),
                        Optional.empty(),
                        Instant.parse("2026-01-01T00:45:00Z"),
                        Optional.of("edge-1")));
    }

    @Test
    void aTimeThatCannotBeReadIsThatOfThePod() {
        Pod pod = pod(
                "phase: Pending, conditions: [{type: PodScheduled, status: 'True', lastTransitionTime: '10000-01-01T00:59:59Z'}]");
        assertThat(read(job(""), pod))
                .isEqualTo(new JobState.Pending<>(
                        Optional.empty(), Optional.empty(), Instant.parse(MADE), Optional.of("edge-1")));
    }

    @Test
    void whatTheApiCallsOptionalMayBeAbsent() {
        Pod bare = Serialization.unmarshal("""
                ---
                {apiVersion: v1, kind: Pod, metadata: {name: job-x, namespace: vision, creationTimestamp: '%s'}}
                """.formatted(MADE), Pod.class);
        assertThat(read(job(""), bare)).isInstanceOf(JobState.Pending.class);
        assertThat(read(job(condition("Complete", "")), bare)).isInstanceOf(JobState.Missing.class);
        assertThat(read(job(condition("Failed", "")), bare)).isInstanceOf(JobState.Failed.class);
        assertThat(Terminations.failure(bare)).isEmpty();
        Pod noCode = pod("phase: Failed, containerStatuses: [{name: certify, state: {terminated: {}}}]");
        assertThat(Terminations.failure(noCode)).isPresent();
        assertThat(Terminations.result(noCode, "certify", CertificateResult.class))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "phase: Pending, initContainerStatuses: [{name: fetch, state: {running: {}}}]",
                "phase: Pending, initContainerStatuses: [{name: fetch, state: {terminated: {exitCode: 0}}}, {name: assess, state: {waiting: {reason: PodInitializing}}}]",
                "phase: Running, containerStatuses: [{name: measure, state: {running: {}}}]",
                "phase: Succeeded, containerStatuses: [{name: measure, state: {terminated: {exitCode: 0}}}]",
            })
    void fromTheFirstContainerOnItRuns(String status) {
        assertThat(read(job(""), pod(status))).isEqualTo(new JobState.Running<>(Optional.of("edge-1")));
    }

    @Test
    void containerCreatingIsNoTrouble() {
        assertThat(
                        read(
                                job(""),
                                pod(
                                        "phase: Pending, initContainerStatuses: [{name: fetch, state: {waiting: {reason: ContainerCreating}}}]")))
                .isInstanceOfSatisfying(
                        JobState.Pending.class,
                        pending -> assertThat(pending.reason()).isEmpty());
    }

    @Test
    void aCompleteJobGivesItsResult() {
        assertThat(read(job(condition("Complete", "")), succeeded("{\"digest\": \"sha256:1\", \"newer\": true}")))
                .isEqualTo(new JobState.Succeeded<>(new CertificateResult("sha256:1", null), Optional.of("edge-1")));
    }

    @Test
    void aCompleteJobWithoutAReadableResultFailed() {
        assertThat(failure(read(job(condition("Complete", "")), succeeded("not json"))))
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo("InternalError");
                    assertThat(failure.message()).contains("container certify of pod job-x", "same version");
                });
    }

    @ParameterizedTest
    @CsvSource({"Complete, ''", "Complete, true"})
    void aResultLostWithItsPodIsMadeAgain(String type, String otherPod) {
        Pod[] pods = otherPod.isEmpty() ? new Pod[0] : new Pod[] {pod("phase: Failed")};
        assertThat(read(job(condition(type, "")), pods)).isEqualTo(new JobState.Missing<>());
    }

    @ParameterizedTest(name = "{1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // what the container said itself
                "containerStatuses: [{name: certify, state: {terminated: {exitCode: 1, reason: Error, message: '{\"reason\": \"RegistryUnavailable\", \"message\": \"no answer\"}'}}}] | RegistryUnavailable | no answer",
                // an init container that failed comes before those that never ran
                "initContainerStatuses: [{name: fetch, state: {terminated: {exitCode: 1, message: '{\"reason\": \"TooLarge\", \"message\": \"9 GiB\"}'}}}], containerStatuses: [{name: certify, state: {waiting: {reason: PodInitializing}}}] | TooLarge | 9 GiB",
                "containerStatuses: [{name: certify, state: {terminated: {exitCode: 137, reason: OOMKilled}}}] | OutOfMemory | container certify of pod job-x was killed at its memory limit of 512Mi",
                "reason: DeadlineExceeded, containerStatuses: [{name: certify, state: {terminated: {exitCode: 137, reason: Error}}}] | DeadlineExceeded | took longer than 60 s and was ended in container certify",
                "containerStatuses: [{name: certify, state: {terminated: {exitCode: 139, reason: Error}}}] | InternalError | exit code 139 (Error) and no word why; see kubectl logs -n vision job-x -c certify",
                "containerStatuses: [{name: certify, state: {terminated: {exitCode: 1, message: 'Traceback'}}}] | InternalError | exit code 1",
                "reason: Evicted, message: 'Usage of EmptyDir volume \"work\" exceeds the limit' | InternalError | Evicted Usage of EmptyDir volume",
            })
    void aFailedPodTellsWhy(String status, String reason, String message) {
        Failure failure =
                failure(read(job(condition("Failed", "reason: PodFailurePolicy")), pod("phase: Failed, " + status)));
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.message()).contains(message);
    }

    @Test
    void theLastOfSeveralFailedPodsCounts() {
        Pod first = pod(
                "phase: Failed, containerStatuses: [{name: certify, state: {terminated: {exitCode: 137, reason: OOMKilled}}}]");
        Pod last = pod(
                "phase: Failed, containerStatuses: [{name: certify, state: {terminated: {exitCode: 1, message: '{\"reason\": \"TooLarge\", \"message\": \"x\"}'}}}]");
        last.getMetadata().setCreationTimestamp("2026-01-01T00:40:00Z");
        assertThat(failure(read(job(condition("Failed", "reason: BackoffLimitExceeded")), last, first))
                        .reason())
                .isEqualTo("TooLarge");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "terminated: {exitCode: 137, reason: OOMKilled} | '' | true",
                "terminated: {exitCode: 137, reason: Error} | 'reason: DeadlineExceeded,' | true",
                "terminated: {exitCode: 137, reason: Error} | '' | false",
                "terminated: {exitCode: 139, reason: Error} | '' | false",
                "running: {} | '' | false",
            })
    void onlyWhatWouldEndAlikeIsRetriedInVain(String state, String reason, boolean inVain) {
        Pod pod = pod(reason.replace("'", "") + " containerStatuses: [{name: certify, state: {" + state + "}}]");
        assertThat(JobReader.retriesInVain(retrying(""), List.of(pod))).isEqualTo(inVain);
    }

    @Test
    void aJobThatHasEndedOrMayNotTryAgainRetriesNothing() {
        Pod pod = pod("containerStatuses: [{name: certify, state: {terminated: {exitCode: 137, reason: OOMKilled}}}]");
        assertThat(JobReader.retriesInVain(retrying(condition("Failed", "")), List.of(pod)))
                .isFalse();
        Job once = retrying("");
        once.getSpec().setBackoffLimit(0);
        assertThat(JobReader.retriesInVain(once, List.of(pod))).isFalse();
    }

    @Test
    void aJobPastItsDeadlineHasNoPodsLeftToTellWhy() {
        assertThat(failure(read(job(condition("Failed", "reason: DeadlineExceeded, message: Job was active longer")))))
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo("DeadlineExceeded");
                    assertThat(failure.message()).contains("longer timeout");
                });
    }

    @Test
    void aPodThatStandsDeletedOnALostNodeIsMadeAgain() {
        Pod pod = pod("phase: Running, containerStatuses: [{name: certify, state: {running: {}}}]");
        pod.getMetadata().setDeletionTimestamp("2026-01-01T00:58:59Z");
        assertThat(read(job(""), pod)).isEqualTo(new JobState.Missing<>());

        pod.getMetadata().setDeletionTimestamp("2026-01-01T00:59:30Z");
        assertThat(read(job(""), pod)).as("it may still end in order").isInstanceOf(JobState.Running.class);
    }

    @Test
    void aJobThatIsBeingDeletedIsMadeAgain() {
        Job job = job(condition("Complete", ""));
        job.getMetadata().setDeletionTimestamp(MADE);
        assertThat(read(job, succeeded("{\"digest\": \"sha256:1\"}"))).isEqualTo(new JobState.Missing<>());
    }

    @Test
    void anInitContainersResultIsThereAsSoonAsItEnded() {
        Pod pod = pod(
                "phase: Pending, initContainerStatuses: [{name: fetch, state: {terminated: {exitCode: 0, message: '{\"digest\": \"sha256:1\"}'}}}]");
        assertThat(Terminations.result(pod, "fetch", CertificateResult.class))
                .contains(new CertificateResult("sha256:1", null));
        assertThat(Terminations.result(pod, "assess", CertificateResult.class)).isEmpty();
        assertThat(Terminations.failure(pod)).isEmpty();
    }

    private static JobState<CertificateResult> read(Job job, Pod... pods) {
        return JobReader.read(job, List.copyOf(Arrays.asList(pods)), "certify", CertificateResult.class, NOW);
    }

    private static Failure failure(JobState<CertificateResult> state) {
        assertThat(state).isInstanceOf(JobState.Failed.class);
        return ((JobState.Failed<CertificateResult>) state).failure();
    }

    private static String condition(String type, String rest) {
        return "{type: " + type + ", status: 'True'" + (rest.isEmpty() ? "" : ", " + rest) + "}";
    }

    private static Job job(String condition) {
        return Serialization.unmarshal("""
                ---
                {apiVersion: batch/v1, kind: Job, metadata: {name: job, creationTimestamp: '%s'}, status: {conditions: [%s]}}
                """.formatted(MADE, condition), Job.class);
    }

    private static Job retrying(String condition) {
        Job job = job(condition);
        job.setSpec(new JobSpecBuilder().withBackoffLimit(1).build());
        return job;
    }

    private static Pod succeeded(String message) {
        return pod("phase: Succeeded, containerStatuses: [{name: certify, state: {terminated: {exitCode: 0, message: '"
                + message + "'}}}]");
    }

    private static Pod pod(String status) {
        return Serialization.unmarshal("""
                ---
                {apiVersion: v1, kind: Pod, metadata: {name: job-x, namespace: vision, creationTimestamp: '%s'},
                 spec: {nodeName: edge-1, activeDeadlineSeconds: 60,
                        containers: [{name: certify, resources: {limits: {memory: 512Mi}}}]},
                 status: {%s}}
                """.formatted(MADE, status), Pod.class);
    }
}
