package dev.edgeai.operator.optimization;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Jobs of a run that fail, vanish or are refused. */
class RunJobsIT extends OptimizationRunScenario {
    @Test
    void aJobThatFoundTheRegistryAwayIsMadeAnewAfterAPause() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        kubelet.fail(
                baseline,
                kubelet.start(baseline),
                "fetch",
                1,
                "Error",
                Json.write(new Failure("RegistryUnavailable", "registry:5000 does not answer")));

        OptimizationRunStatus waiting = status(status -> !status.retries().isEmpty());
        assertThat(waiting.phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(condition(waiting, "Reconciling")).isEqualTo("True");
        assertThat(waiting.conditions().getFirst().getMessage())
                .contains("registry:5000 does not answer; attempt 2 of 5 follows at ");
        Awaitility.await().until(() -> jobs(namespace).isEmpty());
        operator.close();
        operator = operator(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));

        job(namespace, RUN + "-baseline");
        passBaseline();
        status(status ->
                status.phase() == RunPhase.SEARCHING && status.retries().isEmpty());
    }

    @Test
    void aKilledTrialFailsAloneAndTheSearchGoesOn() throws Exception {
        create(run(2));
        passBaseline();
        Job first = job(namespace, RUN + "-openvino-int8-ptq");
        kubelet.fail(first, kubelet.start(first), "measure", 137, "OOMKilled", "");

        OptimizationRunStatus half = status(status -> "1/2".equals(status.progress()));
        assertThat(trial(half, "openvino-int8-ptq")).satisfies(trial -> {
            assertThat(trial.phase()).isEqualTo(TrialPhase.FAILED);
            assertThat(trial.reason()).isEqualTo("OutOfMemory");
            assertThat(trial.message()).contains("container measure", "memory limit of 1Gi");
        });
        job(namespace, RUN + "-" + half.trials().get(1).name());
    }

    @Test
    void aPodThatRanOutOfMemoryIsNotTriedAgain() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        assertThat(baseline.getSpec().getBackoffLimit()).isEqualTo(1);
        kubelet.failPod(kubelet.start(baseline), "measure", 137, "OOMKilled", "");

        Awaitility.await()
                .until(() -> job(namespace, RUN + "-baseline").getSpec().getBackoffLimit() == 0);
        assertThat(jobs(namespace)).hasSize(1);
    }

    @Test
    void aJobThatSomebodyDeletesIsMadeAgain() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        kubelet.start(baseline);
        client.resource(baseline).delete();

        Awaitility.await().until(() -> {
            Job again = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(RUN + "-baseline")
                    .get();
            return again != null
                    && !again.getMetadata()
                            .getUid()
                            .equals(baseline.getMetadata().getUid());
        });
    }

    @Test
    void aJobWhosePodIsGoneBeforeItsResultWasReadIsMadeAgain() throws Exception {
        operator.close();
        create(run(1));
        startOperator();
        Job baseline = job(namespace, RUN + "-baseline");
        operator.close();
        Pod pod = kubelet.start(baseline);
        kubelet.succeed(baseline, pod, Map.of("measure", Results.baseline()));
        client.resource(pod).withGracePeriod(0).delete();
        startOperator();

        Awaitility.await().until(() -> {
            Job again = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(RUN + "-baseline")
                    .get();
            return again != null
                    && !again.getMetadata()
                            .getUid()
                            .equals(baseline.getMetadata().getUid());
        });
        assertThat(status(_ -> true).phase()).isNotEqualTo(RunPhase.FAILED);
    }

    @Test
    void aRunMadeAnewUnderAnOldNameDoesNotTakeTheOldJobsForItsOwn() throws Exception {
        OptimizationRun old = create(run(1));
        Job oldBaseline = job(namespace, RUN + "-baseline");
        kubelet.fail(
                oldBaseline,
                kubelet.start(oldBaseline),
                "fetch",
                1,
                "Error",
                Json.write(new Failure("SourceNotFound", "gone")));
        status(status -> status.phase() == RunPhase.FAILED);
        client.resource(old).delete();
        Awaitility.await().until(() -> client.resource(old).get() == null);

        create(run(1)); // no garbage collector runs here: the old Job is still there

        Awaitility.await().until(() -> {
            Job again = client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(namespace)
                    .withName(RUN + "-baseline")
                    .get();
            return again != null
                    && !again.getMetadata()
                            .getUid()
                            .equals(oldBaseline.getMetadata().getUid());
        });
        assertThat(status(status -> status.phase() != null).phase()).isEqualTo(RunPhase.ASSESSING);
    }

    @Test
    void aJobWhosePodsAreRefusedByAQuotaSaysSo() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        tell(
                "Job",
                baseline,
                "FailedCreate",
                "Error creating: pods \"digits-baseline-x\" is forbidden: exceeded quota: small, requested: pods=1");
        later(Duration.ofMinutes(1));

        OptimizationRunStatus waiting = status(status -> reason(status).equals("QuotaExceeded"));
        assertThat(waiting.phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(condition(waiting, "Reconciling")).isEqualTo("True");
        assertThat(waiting.conditions().getFirst().getMessage())
                .contains("exceeded quota: small", "raise the namespace's quota");

        later(Duration.ofHours(30));
        OptimizationRunStatus lasting =
                status(status -> condition(status, "Stalled").equals("True"));
        assertThat(lasting.phase()).as("no fault of the run").isEqualTo(RunPhase.ASSESSING);
        passBaseline();
        assertThat(condition(status(status -> status.phase() == RunPhase.SEARCHING), "Stalled"))
                .as("it needs no person when the quota is back")
                .isEqualTo("False");
    }

    @Test
    void aPodThatLacksItsSecretGivesTheNodesPlaceBackAndIsMadeAnewLater() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        Pod stuck = kubelet.creating(baseline);
        tell("Pod", stuck, "FailedMount", "MountVolume.SetUp failed for volume \"c\": secret \"pull\" not found");
        later(Duration.ofMinutes(1));
        assertThat(status(status -> reason(status).equals("MountFailed"))
                        .conditions()
                        .getFirst()
                        .getMessage())
                .contains("secret \"pull\" not found", "make the Secret");
        assertThat(client.resource(baseline).get()).isNotNull();

        later(Duration.ofMinutes(3));
        OptimizationRunStatus pause = status(status -> !status.retries().isEmpty());
        assertThat(pause.retries().getFirst().reason()).isEqualTo("MountFailed");
        Awaitility.await().until(() -> jobs(namespace).isEmpty());
        assertThat(reason(status(_ -> true))).as("told meanwhile").isEqualTo("MountFailed");

        later(Duration.ofMinutes(5));
        job(namespace, RUN + "-baseline");
        passBaseline();
        status(status ->
                status.phase() == RunPhase.SEARCHING && status.retries().isEmpty());
    }

    private void later(Duration time) throws Exception {
        operator.close();
        operator = operator(Clock.offset(Clock.systemUTC(), time));
    }

    private static String reason(OptimizationRunStatus status) {
        return status.conditions().isEmpty()
                ? ""
                : status.conditions().getFirst().getReason();
    }

    /** As a controller or a kubelet tells it. */
    private void tell(String kind, HasMetadata about, String reason, String message) {
        client.resource(new EventBuilder()
                        .withNewMetadata()
                        .withGenerateName("told-")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withKind(kind)
                        .withName(about.getMetadata().getName())
                        .withNamespace(namespace)
                        .withUid(about.getMetadata().getUid())
                        .endInvolvedObject()
                        .withType("Warning")
                        .withReason(reason)
                        .withMessage(message)
                        .withLastTimestamp(about.getMetadata().getCreationTimestamp())
                        .build())
                .create();
    }

    @Test
    void aRefusedJobIsToldToTheNamespacesPeopleAndTriedAgain() throws Exception {
        client.resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("none")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .addToHard("count/jobs.batch", new Quantity("0"))
                        .endSpec()
                        .withNewStatus()
                        .endStatus()
                        .build())
                .create();
        client.resourceQuotas().inNamespace(namespace).withName("none").editStatus(quota -> {
            quota.setStatus(new ResourceQuotaStatusBuilder()
                    .addToHard("count/jobs.batch", new Quantity("0"))
                    .addToUsed("count/jobs.batch", new Quantity("0"))
                    .build());
            return quota;
        });
        create(run(1));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(client.v1()
                                .events()
                                .inNamespace(namespace)
                                .list()
                                .getItems())
                        .anySatisfy(event -> {
                            assertThat(event.getReason()).isEqualTo("JobRefused");
                            assertThat(event.getMessage()).contains("exceeded quota: none");
                        }));

        OptimizationRunStatus refused = status(status -> reason(status).equals("QuotaExceeded"));
        assertThat(refused.conditions().getFirst().getMessage()).contains("exceeded quota: none");

        client.resourceQuotas().inNamespace(namespace).withName("none").delete();
        job(namespace, RUN + "-baseline");
    }
}
