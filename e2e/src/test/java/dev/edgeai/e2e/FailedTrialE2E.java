package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frameworks and models that misbehave: the trial says why it failed, and the run goes on. The runs begin together; the
 * one that hangs has a node of its own.
 */
@Isolated("it measures")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailedTrialE2E {
    private static final Duration LIMIT = Duration.ofMinutes(8);

    private static KubernetesClient client;
    private static Model model;
    private static Version good;
    private static Traffic traffic;
    private static Run hanging;
    private static CompletableFuture<Void> hung;
    private static Run hungry;
    private static CompletableFuture<Void> starved;
    private static Run unsupported;

    @BeforeAll
    static void begin() {
        client = Environment.client();
        model = Model.shared(client);
        model.apply("v2");
        good = model.awaitServing(null, LIMIT);
        traffic = model.traffic("arm-cpu", 10);
        hanging = new Run(client, "hanging", "v1", "arm-cpu", yaml -> yaml.replace("timeout: 20m", "timeout: 5m"));
        hung = whileOpenVinoOptimizes(hanging, PodCgroup::hang);
        hungry = new Run(client, "hungry", "v1", "intel-cpu", yaml -> yaml);
        starved = whileOpenVinoOptimizes(hungry, PodCgroup::leaveNoMemory);
        unsupported = new Run(client, "unsupported", "unsupported-operator", "intel-cpu", yaml -> yaml);
    }

    @AfterAll
    static void close() {
        traffic.close();
        hanging.delete();
        hungry.delete();
        unsupported.delete();
        client.close();
    }

    @Test
    @Order(1)
    void aCorruptModelIsRefusedInASentenceAndTheGoodOneServesOn() {
        model.apply("cut");
        var stalled = model.awaitCondition("Stalled", "UnsupportedModel", LIMIT);
        System.out.println("Corrupt model: " + stalled.getMessage());
        assertThat(stalled.getMessage()).contains("model.onnx", "cut off");
        assertThat(model.stable().revision()).isEqualTo(good.revision());

        model.apply("v2");
        assertThat(model.awaitServing(null, LIMIT).revision()).isEqualTo(good.revision());
    }

    @Test
    @Order(2)
    void aTrialWithoutMemoryFailsAndTheNextIsMeasured() {
        starved.join();
        TrialStatus failed = assertOnlyOpenVinoFailed(hungry, "OutOfMemory");
        assertThat(failed.message()).contains("container optimize of pod hungry-", "memory limit of 2Gi", "raise");
    }

    @Test
    @Order(3)
    void aTrialWhoseFrameworkDoesNotKnowAnOperatorFailsAndTheNextIsMeasured() {
        TrialStatus failed = assertOnlyOpenVinoFailed(unsupported, "UnsupportedModel");
        assertThat(failed.message()).contains("OpenVINO cannot read model.onnx", "com.microsoft.ExpandDims");
    }

    @Test
    @Order(4)
    void aTrialThatHangsFailsAtItsDeadlineAndTheNextIsMeasured() {
        hung.join();
        TrialStatus failed = assertOnlyOpenVinoFailed(hanging, "DeadlineExceeded");
        assertThat(failed.message()).contains("took longer than 150 s", "ended in container optimize");
    }

    @Test
    @Order(5)
    void theUserNoticedNothing() {
        assertThat(traffic.report().answered()).containsOnlyKeys(good.revision());
        traffic.assertNoFailure();
    }

    private static CompletableFuture<Void> whileOpenVinoOptimizes(Run run, Consumer<PodCgroup> misfortune) {
        return CompletableFuture.runAsync(
                () -> {
                    ContainerStatus optimizer = run.awaitOptimizer("openvino", LIMIT);
                    misfortune.accept(PodCgroup.of(optimizer));
                },
                Thread::startVirtualThread);
    }

    /** One attempt of OpenVINO's, which failed; the run went on to a certified variant of ONNX Runtime's. */
    private static TrialStatus assertOnlyOpenVinoFailed(Run run, String reason) {
        OptimizationRunStatus ended = run.awaitEnd(LIMIT);
        TrialStatus failed = Run.trial(ended, "openvino");
        System.out.println(failed.reason() + ": " + failed.message());
        assertThat(failed.phase()).isEqualTo(TrialPhase.FAILED);
        assertThat(failed.reason()).isEqualTo(reason);
        assertThat(run.pods("openvino")).hasSize(1);
        TrialStatus next = Run.trial(ended, "onnxruntime");
        assertThat(next.phase()).as(next.message()).isEqualTo(TrialPhase.ACCEPTED);
        assertThat(next.measurement()).isNotNull();
        assertThat(ended.phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(ended.selected().trial()).isEqualTo(next.name());
        return failed;
    }
}
