package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig.Images;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.gate.Objectives;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Search;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.Heritage.Ancestor;
import dev.edgeai.planner.run.Heritage.Extent;
import dev.edgeai.planner.run.RunAction.StartBaseline;
import dev.edgeai.planner.run.RunAction.StartTrial;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.provider.Arguments;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import static dev.edgeai.planner.run.Runs.T0;

/** Runs of a namespace that ended, and what the next one begins with. */
@NullUnmarked // null takes a default
abstract class InheritanceRuns {
    static final String FAST = "openvino-int8-ptq";
    static final String SMALL = "openvino-int8-ac";
    static final Images IMAGES =
            new Images("runtime:1", Map.of(Framework.OPENVINO, "ov:1", Framework.ONNX_RUNTIME, "ort:1"), null);
    static final OptimizationRunSpec BEFORE = Runs.spec(8, 2, "1h");

    static RunDecision decide(OptimizationRunSpec spec, Ancestor... runs) {
        return RunMachine.decide(
                1, spec, OptimizationRunStatus.empty(), seen(Extent.MEASUREMENTS, List.of(runs), Map.of()), T0);
    }

    /** Of the same model. */
    static Ancestor ancestor(String name, OptimizationRunSpec spec, OptimizationRunStatus status) {
        return new Ancestor(name, spec, status, Runs.nothing().repository());
    }

    static RunObservation seen(Extent extent, List<Ancestor> runs, Map<String, JobState<TrialResult>> trials) {
        return Runs.withJobs(Runs.nothing(), trials, Map.of()).heritage(new Heritage(extent, IMAGES, runs));
    }

    static OptimizationRunStatus begun(OptimizationRunSpec spec) {
        RunObservation seen = Runs.withBaseline(Runs.nothing(), Runs.done(Runs.baseline()))
                .heritage(new Heritage(Extent.MEASUREMENTS, IMAGES, List.of()));
        return RunMachine.decide(1, spec, OptimizationRunStatus.empty(), seen, T0)
                .status();
    }

    /** A run of one stage; what is not said of is slow. */
    static OptimizationRunStatus ended(OptimizationRunSpec spec, Map<String, JobState<TrialResult>> otherwise) {
        return end(spec, begun(spec), otherwise);
    }

    static OptimizationRunStatus end(
            OptimizationRunSpec spec, OptimizationRunStatus begun, Map<String, JobState<TrialResult>> otherwise) {
        Map<String, JobState<TrialResult>> jobs = new HashMap<>();
        begun.trials().forEach(t -> jobs.put(t.name(), Runs.done(Runs.result(t.name(), 900, 18, 0.97))));
        jobs.put(FAST, Runs.done(Runs.good(FAST, 200, 8)));
        jobs.put(SMALL, Runs.done(Runs.good(SMALL, 300, 4)));
        jobs.putAll(otherwise);
        return certified(spec, begun, jobs);
    }

    /** A run that screens first: one variant is the fastest by far and loses 10 % of its quality. */
    static OptimizationRunStatus searched(OptimizationRunSpec spec) {
        OptimizationRunStatus status = begun(spec);
        for (int i = 0; i < 20 && status.phase() == RunPhase.SEARCHING; i++) {
            Map<String, JobState<TrialResult>> jobs = status.trials().stream()
                    .filter(t -> !RunDraft.done(t))
                    .collect(
                            Collectors.toMap(t -> TrialTransitions.job(t).trial(), t -> Runs.done(screened(t.name()))));
            status = RunMachine.decide(1, spec, status, seen(Extent.MEASUREMENTS, List.of(), jobs), T0)
                    .status();
        }
        return certified(spec, status, Map.of());
    }

    static TrialResult screened(String trial) {
        return trial.startsWith("onnxruntime-int8-static")
                ? Runs.result(trial, trial.equals("onnxruntime-int8-static") ? 60 : 70, 3, 0.88)
                : Runs.result(trial, trial.startsWith(FAST) ? 300 : 900, trial.startsWith(FAST) ? 8 : 18, 0.99);
    }

    static OptimizationRunStatus certified(
            OptimizationRunSpec spec, OptimizationRunStatus status, Map<String, JobState<TrialResult>> jobs) {
        Map<String, JobState<CertificateResult>> certificates = new HashMap<>();
        status.trials()
                .forEach(t -> certificates.put(
                        t.name(), Runs.done(new CertificateResult(Runs.digest("cert-" + t.name()), null))));
        RunObservation seen = Runs.withJobs(Runs.nothing(), jobs, certificates)
                .heritage(new Heritage(Extent.MEASUREMENTS, IMAGES, List.of()));
        return RunMachine.decide(1, spec, status, seen, T0).status();
    }

    static JobState<TrialResult> failed(String reason) {
        return new JobState.Failed<>(new Failure(reason, "it says why"), Optional.empty());
    }

    static List<RunAction> measures(RunDecision decision) {
        return decision.actions().stream()
                .filter(a -> a instanceof StartBaseline || a instanceof StartTrial)
                .toList();
    }

    static List<String> started(RunDecision decision) {
        return measures(decision).stream()
                .map(a -> ((StartTrial) a).candidate().name())
                .toList();
    }

    static TrialStatus trial(OptimizationRunStatus status, String name) {
        return status.trials().stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static OptimizationRunSpec gates(String minSpeedup) {
        return spec(
                BEFORE.search(),
                new Gates(null, Decimal.of(minSpeedup), null, null, null, null, null, null, null, null, null, null),
                null);
    }

    static OptimizationRunSpec spec(Search search, Gates gates, Objectives objectives) {
        return OptimizationRunSpecBuilder.builder(BEFORE)
                .objectives(objectives)
                .gates(gates)
                .search(search)
                .build();
    }

    static OptimizationRunSpec with(ModelSource source, Evaluation evaluation) {
        return OptimizationRunSpecBuilder.builder(BEFORE)
                .source(source)
                .evaluation(evaluation)
                .build();
    }

    static AcceleratorProfile profile(AcceleratorProfile of, int threads, Quantity memory) {
        return new AcceleratorProfile(
                of.name(),
                of.platform(),
                null,
                null,
                memory == null
                        ? null
                        : new ResourceRequirementsBuilder()
                                .addToLimits("memory", memory)
                                .build(),
                null,
                threads,
                null,
                null,
                null);
    }

    static Arguments change(String what, OptimizationRunSpec spec, Images images) {
        return change(what, spec, images, Runs.profile("intel-cpu", "intel-cpu"));
    }

    static Arguments change(String what, OptimizationRunSpec spec, Images images, AcceleratorProfile profile) {
        return Arguments.of(what, spec, images, profile);
    }
}
