package dev.edgeai.planner.run;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialResultBuilder;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.gate.Gate;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.HeldOut;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.StartCertify;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Set;

import static dev.edgeai.planner.run.RunSteps.RUNNING;
import static dev.edgeai.planner.run.RunSteps.all;
import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.RunSteps.decide;
import static dev.edgeai.planner.run.RunSteps.searching;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** The best of many is flattered by the samples it was chosen by; others decide whether it is certified. */
@NullUnmarked // null takes a default
class FinalGateTest {
    private final Map<String, JobState<TrialResult>> jobs = all(RUNNING);

    FinalGateTest() {
        jobs.replaceAll((name, _) -> Runs.done(Runs.result(name, 900, 18, 0.8)));
    }

    @Test
    void what_held_out_samples_refute_is_not_certified_and_the_next_best_is() {
        jobs.put("openvino-int8-ptq", Runs.done(heldOut(Runs.good("openvino-int8-ptq", 200, 5), 0.93, 1000)));
        jobs.put("openvino-int8-ac", Runs.done(heldOut(Runs.good("openvino-int8-ac", 300, 6), 0.99, 1000)));

        RunDecision decision = ended();

        assertThat(decision.actions())
                .filteredOn(StartCertify.class::isInstance)
                .extracting(action -> ((StartCertify) action).trial().name())
                .containsExactly("openvino-int8-ac");
        TrialStatus refuted = trial(decision, "openvino-int8-ptq");
        assertThat(refuted.phase()).isEqualTo(TrialPhase.REJECTED);
        assertThat(refuted.message())
                .contains(
                        "minAccuracyRetention: 93 % (95 % interval 92.5 % to 93.5 %, 1000 held-out samples) is below 95 %");
        assertThat(decision.status().paretoFront()).containsExactly("openvino-int8-ac");
    }

    /** One on the samples that variants are chosen by, one only on those that are held out. */
    @Test
    void embeddings_whose_vectors_drift_are_not_certified() {
        jobs.put(
                "openvino-int8-ptq",
                Runs.done(Runs.withHeldOutFidelity(Runs.good("openvino-int8-ptq", 200, 5), 0.666)));
        jobs.put("openvino-int8-ac", Runs.done(Runs.withHeldOutFidelity(Runs.good("openvino-int8-ac", 300, 6), 0.98)));

        jobs.put(
                "onnxruntime-int8-static",
                Runs.done(Runs.withFidelity(Runs.good("onnxruntime-int8-static", 100, 4), 0.7)));

        RunDecision decision = RunMachine.decide(
                3, Runs.embeddings(null), searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0);

        assertThat(decision.actions())
                .filteredOn(StartCertify.class::isInstance)
                .extracting(action -> ((StartCertify) action).trial())
                .singleElement()
                .satisfies(certified -> {
                    assertThat(certified.name()).isEqualTo("openvino-int8-ac");
                    assertThat(certified.gates())
                            .as("what the certificate says")
                            .filteredOn(gate -> gate.isOf(Set.of(Gate.MIN_FIDELITY)))
                            .singleElement()
                            .extracting(GateResult::message)
                            .asString()
                            .contains("98 %", "1000 held-out samples");
                });
        assertThat(trial(decision, "openvino-int8-ptq").message())
                .contains("minFidelity: 66.6 %", "1000 held-out samples) is below 95 %");
        assertThat(trial(decision, "onnxruntime-int8-static").message())
                .as("refused on the samples that variants are chosen by")
                .contains("minFidelity: 70 %", "1000 samples) is below 95 %");
    }

    @Test
    void a_certificate_shows_the_gates_on_held_out_samples() {
        jobs.put("openvino-int8-ptq", Runs.done(heldOut(Runs.good("openvino-int8-ptq", 200, 5), 0.98, 1000)));

        TrialStatus chosen = trial(ended(), "openvino-int8-ptq");

        assertThat(chosen.phase()).isEqualTo(TrialPhase.ACCEPTED);
        assertThat(chosen.gates())
                .filteredOn(gate -> gate.isOf(Set.of(Gate.MIN_ACCURACY_RETENTION)))
                .singleElement()
                .extracting(GateResult::value)
                .isEqualTo("0.98");
    }

    @Test
    void few_held_out_samples_settle_nothing_and_the_run_says_so() {
        jobs.put("openvino-int8-ptq", Runs.done(heldOut(Runs.good("openvino-int8-ptq", 200, 5), 1, 60)));

        RunDecision decision = ended();

        assertThat(decision.status().phase()).isEqualTo(RunPhase.FAILED);
        assertThat(condition(decision, "Stalled").getMessage())
                .contains("rests on fewer than the 100 held-out samples");
    }

    /** What held-out samples say must not change which is chosen, but for leaving out what they refute. */
    @Test
    void held_out_samples_choose_nothing() {
        jobs.put("openvino-int8-ptq", Runs.done(heldOut(Runs.good("openvino-int8-ptq", 200, 5), 0.97, 1000)));
        jobs.put("openvino-int8-ac", Runs.done(heldOut(Runs.good("openvino-int8-ac", 210, 5), 1, 1000)));

        RunDecision decision = ended();

        assertThat(decision.status().selected().trial()).isEqualTo("openvino-int8-ptq");
    }

    @Test
    void what_was_measured_before_samples_were_held_out_is_judged_as_it_was() {
        jobs.put("openvino-int8-ptq", Runs.done(Runs.good("openvino-int8-ptq", 200, 5)));

        assertThat(ended().status().selected().trial()).isEqualTo("openvino-int8-ptq");
    }

    private RunDecision ended() {
        return decide(searching(), Runs.withJobs(Runs.nothing(), jobs, Map.of()), T0);
    }

    private static TrialStatus trial(RunDecision decision, String name) {
        return decision.status().trials().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static TrialResult heldOut(TrialResult result, double retention, int samples) {
        Comparison c = result.comparison();
        Estimate kept = Estimate.of(retention, retention - 0.005, Math.min(1, retention + 0.005), samples);
        return TrialResultBuilder.builder(result)
                .comparison(new Comparison(
                        c.speedup(),
                        c.accuracyRetention(),
                        c.fidelity(),
                        c.memoryReduction(),
                        c.sizeReduction(),
                        null,
                        new HeldOut(result.variant().quality(), kept, null, null)))
                .build();
    }
}
