package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialResultBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.gate.GatesBuilder;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.ComparisonBuilder;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.rollout.WhenNoneQualifies;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Search;
import dev.edgeai.api.v1alpha1.search.Strategy;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.EvaluationBuilder;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.Fingerprints;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunObservation.Accelerators;
import dev.edgeai.planner.run.RunObservation.Matched;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Values that tests of runs share. */
@NullUnmarked // null takes a default
public final class Runs {
    public static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    static final FetchResult FETCHED = new FetchResult(digest("source"), digest("dataset"), 1000);

    public static String digest(String of) {
        return "sha256:" + Fingerprints.hex(64, of);
    }

    public static AcceleratorProfile profile(String name, String platform) {
        return new AcceleratorProfile(name, platform, null, null, null, null, 1, null, null, null);
    }

    public static Assessment onnx() {
        return assessment(ModelFormat.ONNX, Architecture.CONVOLUTIONAL, false);
    }

    public static Assessment assessment(ModelFormat format, Architecture architecture, boolean quantized) {
        return new Assessment(
                format,
                architecture,
                1_700_000L,
                420_000L,
                "float32",
                List.of(),
                List.of(),
                Map.of(),
                quantized,
                false,
                false,
                null);
    }

    /** A search that tries everything, in the order of the table. */
    public static OptimizationRunSpec spec(int maxTrials, int parallelism, String timeout) {
        return spec(new Search(maxTrials, parallelism, new TimeSpan(timeout), null, Strategy.EXHAUSTIVE, null));
    }

    public static OptimizationRunSpec spec(Search search) {
        return OptimizationRunSpecBuilder.builder()
                .source(new ModelSource("oci://registry:5000/models/digits:1", null, null))
                .task(Task.IMAGE_CLASSIFICATION)
                .evaluation(new Evaluation(
                        new Evaluation.Dataset("oci://registry:5000/data/digits:1", null), null, null, null, null))
                .accelerator("intel-cpu")
                .search(search)
                .build();
    }

    /** Of an embedding model that is judged by its neighbours; a fidelity that is not asked for takes its default. */
    static OptimizationRunSpec embeddings(@Nullable String minFidelity) {
        OptimizationRunSpec any = spec(8, 2, "1h");
        return OptimizationRunSpecBuilder.builder(any)
                .task(Task.TEXT_EMBEDDING)
                .evaluation(EvaluationBuilder.builder(any.evaluation())
                        .metric(Metric.KNN_ACCURACY)
                        .build())
                .gates(GatesBuilder.builder()
                        .minFidelity(minFidelity == null ? null : Decimal.of(minFidelity))
                        .build())
                .build();
    }

    /** The same with so much likeness to the baseline's vectors. */
    static TrialResult withFidelity(TrialResult result, double cosine) {
        return TrialResultBuilder.builder(result)
                .comparison(ComparisonBuilder.builder(result.comparison())
                        .fidelity(fidelity(cosine))
                        .build())
                .build();
    }

    /** The same with so much likeness on held-out samples, and enough on those that variants are chosen by. */
    static TrialResult withHeldOutFidelity(TrialResult result, double cosine) {
        TrialResult atFirst = withFidelity(result, 0.98);
        return TrialResultBuilder.builder(atFirst)
                .comparison(ComparisonBuilder.builder(atFirst.comparison())
                        .heldOut(new Comparison.HeldOut(
                                result.variant().quality(),
                                result.comparison().accuracyRetention(),
                                fidelity(cosine),
                                null))
                        .build())
                .build();
    }

    private static Estimate fidelity(double cosine) {
        return Estimate.of(cosine, cosine - 0.002, cosine + 0.002, 1000);
    }

    /** The same where the source serves when no variant qualifies. */
    static OptimizationRunSpec orSource(OptimizationRunSpec spec) {
        return OptimizationRunSpecBuilder.builder(spec)
                .whenNoneQualifies(WhenNoneQualifies.SERVE_SOURCE)
                .build();
    }

    /** The source against itself: not faster, not smaller, the same answers. */
    static TrialResult source() {
        return result(TrialStatus.SOURCE, 1000, 20, 1);
    }

    public static Measurement measurement(long p50, long footprintMiB, double quality) {
        return MeasurementBuilder.builder()
                .engine("OpenVINO 2026.4.1")
                .threads(1)
                .concurrency(1)
                .quality(Estimate.of(quality, quality - 0.01, Math.min(1, quality + 0.01), 1000))
                .latencyP50Micros(p50)
                .latencyP95Micros(p50 * 12 / 10)
                .latencyP99Micros(p50 * 14 / 10)
                .latencyVariation(Decimal.of("0.05"))
                .latencySamples(400)
                .throughput(Decimal.of(1e6 / p50))
                .peakMemoryBytes((40 + footprintMiB) << 20)
                .engineMemoryBytes(40L << 20)
                .sizeBytes(500_000L)
                .build();
    }

    public static Comparison comparison(double speedup, double retention, double memory) {
        return new Comparison(
                Estimate.of(speedup, speedup * 0.97, speedup * 1.03, 400),
                Estimate.of(retention, retention - 0.005, retention + 0.005, 1000),
                null,
                Decimal.of(memory),
                Decimal.of("0.7"),
                null,
                null);
    }

    public static TrialResult baseline() {
        return new TrialResult("baseline", null, measurement(1000, 20, 0.98), null, null, null, Map.of(), null, null);
    }

    /** A result that passes every default gate. */
    static TrialResult good(String trial, long p50, long footprintMiB) {
        return result(trial, p50, footprintMiB, 0.995);
    }

    public static TrialResult result(String trial, long p50, long footprintMiB, double retention) {
        return new TrialResult(
                trial,
                digest(trial),
                measurement(1000, 20, 0.98),
                measurement(p50, footprintMiB, 0.98 * retention),
                comparison(1000.0 / p50, retention, 1 - footprintMiB / 20.0),
                null,
                Map.of("openvino", "2026.4.1"),
                null,
                null);
    }

    public static RunObservation nothing() {
        return observation(1, false);
    }

    static RunObservation observation(int nodes, boolean suspended) {
        return RunObservationBuilder.builder()
                .accelerators(new Accelerators(
                        Optional.of(matched(profile("intel-cpu", "intel-cpu"), nodes)), Optional.empty()))
                .available(Set.of(Framework.OPENVINO, Framework.ONNX_RUNTIME))
                .suspended(suspended)
                .repository("registry:5000/edgeai/default/digits")
                .build();
    }

    /** Nodes that do not tell what their CPUs can do. */
    public static Matched matched(AcceleratorProfile profile, int nodes) {
        return new Matched(profile, nodes, Optional.empty());
    }

    public static RunObservation withBaseline(RunObservation o, JobState<TrialResult> state) {
        return RunObservationBuilder.builder(o)
                .fetched(Optional.of(FETCHED))
                .assessed(Optional.of(onnx()))
                .baseline(state)
                .build();
    }

    static RunObservation withBaselineState(RunObservation o, JobState<TrialResult> state) {
        return RunObservationBuilder.builder(o).baseline(state).build();
    }

    public static RunObservation withAccelerators(RunObservation o, Accelerators accelerators) {
        return RunObservationBuilder.builder(o).accelerators(accelerators).build();
    }

    public static RunObservation withJobs(
            RunObservation o,
            Map<String, JobState<TrialResult>> trials,
            Map<String, JobState<CertificateResult>> certifications) {
        return RunObservationBuilder.builder(o)
                .trials(trials)
                .certifications(certifications)
                .build();
    }

    static RunObservation withReport(RunObservation o, JobState<ReportResult> report) {
        return RunObservationBuilder.builder(o).report(report).build();
    }

    public static <T> JobState<T> done(T result) {
        return new JobState.Succeeded<>(result, Optional.of("node-1"));
    }

    private Runs() {}
}
