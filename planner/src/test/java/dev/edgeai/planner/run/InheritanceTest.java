package dev.edgeai.planner.run;

import dev.edgeai.api.config.OperatorConfig.Images;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatusBuilder;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.Heritage.Ancestor;
import dev.edgeai.planner.run.Heritage.Extent;
import dev.edgeai.planner.run.RunAction.RecordEvent;
import dev.edgeai.planner.run.RunAction.StartBaseline;
import dev.edgeai.planner.run.RunAction.StartCertify;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static dev.edgeai.planner.run.RunSteps.condition;
import static dev.edgeai.planner.run.Runs.T0;
import static org.assertj.core.api.Assertions.assertThat;

/** What a run takes over from an earlier one. */
@NullUnmarked // null takes a default
class InheritanceTest extends InheritanceRuns {
    // ---- what only judges ----

    @Test
    void another_gate_alone_is_judged_from_what_was_measured() {
        RunDecision decision = decide(gates("4.0"), ancestor("old", BEFORE, ended(BEFORE, Map.of())));

        assertThat(measures(decision)).isEmpty();
        assertThat(decision.actions())
                .filteredOn(StartCertify.class::isInstance)
                .extracting(a -> ((StartCertify) a).trial().name())
                .containsExactly(FAST);
        OptimizationRunStatus status = decision.status();
        assertThat(status.phase()).isEqualTo(RunPhase.CERTIFYING);
        assertThat(status.selected().trial()).isEqualTo(FAST);
        assertThat(trial(status, SMALL).phase())
                .as("5x was enough, 3.3x is not")
                .isEqualTo(TrialPhase.REJECTED);
        assertThat(trial(status, SMALL).message()).contains("minSpeedup");
        assertThat(status.inheritedFrom()).isEqualTo("old");
        assertThat(status.trials()).extracting(TrialStatus::inheritedFrom).containsOnly("old");
        assertThat(status.sourceDigest()).isEqualTo(Runs.digest("source"));
        assertThat(condition(decision, "Reconciling").getMessage())
                .contains("judges anew what run old measured: 8 trials");
        assertThat(decision.actions())
                .anyMatch(a -> a instanceof RecordEvent e && e.reason().text().equals("Inherited"));
    }

    @Test
    void embeddings_are_held_against_the_originals_vectors_from_what_was_measured() {
        OptimizationRunSpec off = Runs.embeddings("0");
        Map<String, JobState<TrialResult>> jobs = new HashMap<>();
        begun(off)
                .trials()
                .forEach(t ->
                        jobs.put(t.name(), Runs.done(Runs.withFidelity(Runs.result(t.name(), 900, 18, 0.97), 0.99))));
        jobs.put(FAST, Runs.done(Runs.withFidelity(Runs.good(FAST, 200, 8), 0.666)));
        jobs.put(SMALL, Runs.done(Runs.withFidelity(Runs.good(SMALL, 300, 4), 0.98)));
        OptimizationRunStatus old = ended(off, jobs);
        assertThat(old.selected().trial()).isEqualTo(FAST);

        RunDecision decision = decide(Runs.embeddings(null), ancestor("old", off, old));

        assertThat(measures(decision)).isEmpty();
        assertThat(decision.status().selected().trial()).isEqualTo(SMALL);
        assertThat(trial(decision.status(), FAST).message()).contains("minFidelity: 66.6 %");
    }

    @Test
    void a_gate_that_none_reaches_is_said_at_once() {
        RunDecision decision = decide(gates("9.0"), ancestor("old", BEFORE, ended(BEFORE, Map.of())));
        assertThat(measures(decision)).isEmpty();
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NoVariantPassedGates");
        assertThat(condition(decision, "Stalled").getMessage()).contains("9");
    }

    @Test
    void a_run_that_no_variant_passed_teaches_the_next_one_with_a_lower_gate() {
        OptimizationRunSpec strict = gates("9.0");
        OptimizationRunStatus failed = ended(strict, Map.of());
        assertThat(failed.phase()).isEqualTo(RunPhase.FAILED);
        RunDecision decision = decide(BEFORE, ancestor("strict", strict, failed));
        assertThat(measures(decision)).isEmpty();
        assertThat(decision.status().selected().trial()).isEqualTo(FAST);
    }

    @Test
    void other_objectives_choose_another_variant_without_a_job() {
        OptimizationRunSpec small = spec(BEFORE.search(), Gates.defaults(), new Objectives(0, 0, 100, 0));
        RunDecision decision = decide(small, ancestor("old", BEFORE, ended(BEFORE, Map.of())));
        assertThat(measures(decision)).isEmpty();
        assertThat(decision.status().selected().trial()).isEqualTo(SMALL);
    }

    @Test
    void a_trial_keeps_the_name_of_the_run_that_measured_it() {
        Ancestor first = ancestor("first", BEFORE, ended(BEFORE, Map.of()));
        OptimizationRunStatus second = decide(gates("9.0"), first).status();
        RunDecision third = decide(gates("4.0"), ancestor("second", gates("9.0"), second), first);
        assertThat(third.status().inheritedFrom()).isEqualTo("second");
        assertThat(third.status().trials())
                .extracting(TrialStatus::inheritedFrom)
                .containsOnly("first");
    }

    @Test
    void what_another_model_measured_stays_where_it_is() {
        String theirs = "registry:5000/edgeai/default/other";
        Ancestor other = new Ancestor("other-1", BEFORE, ended(BEFORE, Map.of()), theirs);

        RunDecision decision = decide(gates("4.0"), other);

        assertThat(measures(decision)).isEmpty();
        OptimizationRunStatus status = decision.status();
        assertThat(status.inheritedFrom()).isEqualTo("other-1");
        assertThat(status.repository()).isEqualTo(theirs);
        assertThat(status.selected().artifact())
                .isEqualTo(theirs + "@" + trial(status, FAST).digest());
    }

    @Test
    void a_repository_of_another_namespace_is_not_believed_whatever_the_status_says() {
        String own = "registry:5000/edgeai/default/digits";
        assertThat(Heritage.repository("registry:5000/edgeai/default/other", own))
                .isEqualTo("registry:5000/edgeai/default/other");
        for (String forged : List.of(
                "registry:5000/edgeai/bank/secret",
                "registry:5000/edgeai/default/other/deeper",
                "elsewhere:5000/edgeai/default/other",
                "other")) {
            assertThat(Heritage.repository(forged, own)).as(forged).isEqualTo(own);
        }
        assertThat(Heritage.repository(null, own)).isEqualTo(own);

        OptimizationRunStatus inherited = decide(gates("4.0"), ancestor("old", BEFORE, ended(BEFORE, Map.of())))
                .status();
        OptimizationRunStatus forged = OptimizationRunStatusBuilder.builder(inherited)
                .repository("registry:5000/edgeai/bank/secret")
                .build();
        assertThat(certified(gates("4.0"), forged, Map.of()).selected().artifact())
                .startsWith(own + "@");
    }

    @Test
    void a_model_elsewhere_in_the_registry_lends_nothing() {
        Ancestor moved = new Ancestor("old", BEFORE, ended(BEFORE, Map.of()), "registry:5000/edgeai/default/digits");
        RunObservation seen = RunObservationBuilder.builder(seen(Extent.MEASUREMENTS, List.of(moved), Map.of()))
                .repository("registry:5000/new/default/digits")
                .build();
        assertThat(RunMachine.decide(1, gates("4.0"), OptimizationRunStatus.empty(), seen, T0)
                        .actions())
                .contains(new StartBaseline("intel-cpu"));
    }

    // ---- signing anew, and trying again ----

    @Test
    void certificates_are_signed_anew_without_any_measurement() {
        OptimizationRunStatus old = ended(BEFORE, Map.of(SMALL, failed("InternalError")));
        Ancestor ancestor = ancestor("old", BEFORE, old);
        Images newer = new Images("runtime:2", IMAGES.optimizers(), null);
        RunObservation seen =
                Runs.observation(0, false).heritage(new Heritage(Extent.EVERYTHING, newer, List.of(ancestor)));

        RunDecision first = RunMachine.decide(1, BEFORE, OptimizationRunStatus.empty(), seen, T0);
        assertThat(measures(first))
                .as("not even what the environment failed, and no node is needed")
                .isEmpty();
        assertThat(first.actions()).hasAtLeastOneElementOfType(StartCertify.class);
        assertThat(condition(first, "Reconciling").getMessage()).contains("signs anew what run old measured: 7 trials");

        Map<String, JobState<CertificateResult>> signed = new HashMap<>();
        first.status()
                .trials()
                .forEach(t ->
                        signed.put(t.name(), Runs.done(new CertificateResult(Runs.digest("new-" + t.name()), null))));
        OptimizationRunStatus done = RunMachine.decide(
                        1,
                        BEFORE,
                        first.status(),
                        Runs.withJobs(seen, Map.of(), signed).heritage(seen.heritage()),
                        T0)
                .status();
        assertThat(done.phase()).isEqualTo(RunPhase.SUCCEEDED);
        assertThat(done.selected().digest()).isEqualTo(old.selected().digest());
        assertThat(done.certificate()).isEqualTo(Runs.digest("new-" + FAST)).isNotEqualTo(old.certificate());
        assertThat(done.measuredUnder()).as("measured long ago").isEqualTo(old.measuredUnder());
    }

    /** Its status is of an operator that knew no such gate. */
    @Test
    void embeddings_that_drift_are_not_signed_anew() {
        OptimizationRunSpec spec = Runs.embeddings(null);
        OptimizationRunStatus old = ended(
                Runs.embeddings("0"),
                Map.of(
                        FAST, Runs.done(Runs.withHeldOutFidelity(Runs.good(FAST, 200, 8), 0.666)),
                        SMALL, Runs.done(Runs.withHeldOutFidelity(Runs.good(SMALL, 300, 4), 0.98))));
        assertThat(old.selected().trial()).isEqualTo(FAST);

        RunDecision decision = RunMachine.decide(
                1,
                spec,
                OptimizationRunStatus.empty(),
                seen(Extent.EVERYTHING, List.of(ancestor("old", spec, old)), Map.of()),
                T0);

        assertThat(measures(decision)).isEmpty();
        assertThat(decision.actions())
                .filteredOn(StartCertify.class::isInstance)
                .extracting(a -> ((StartCertify) a).trial().name())
                .containsExactly(SMALL);
    }

    @Test
    void another_try_that_a_person_asked_for_inherits_nothing() {
        RunObservation seen = seen(Extent.NOTHING, List.of(ancestor("old", BEFORE, ended(BEFORE, Map.of()))), Map.of());
        assertThat(RunMachine.decide(1, BEFORE, OptimizationRunStatus.empty(), seen, T0)
                        .actions())
                .contains(new StartBaseline("intel-cpu"));
    }

    @Test
    void a_run_waits_for_a_node_before_it_inherits_measurements() {
        Heritage heritage =
                new Heritage(Extent.MEASUREMENTS, IMAGES, List.of(ancestor("old", BEFORE, ended(BEFORE, Map.of()))));
        RunDecision decision = RunMachine.decide(
                1,
                gates("4.0"),
                OptimizationRunStatus.empty(),
                Runs.observation(0, false).heritage(heritage),
                T0);
        assertThat(decision.status().inheritedFrom()).isNull();
        assertThat(condition(decision, "Stalled").getReason()).isEqualTo("NoMatchingNode");
    }
}
