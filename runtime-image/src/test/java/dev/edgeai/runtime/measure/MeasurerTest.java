package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.MeasurementSettings;
import dev.edgeai.api.v1alpha1.source.MeasurementSettingsBuilder;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.TerminationMessage;
import dev.edgeai.runtime.testing.NpzFiles;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Whole trials on real models in ONNX Runtime, with real child processes for memory. */
class MeasurerTest {
    private static final int FEATURES = 256;
    private static final int SAMPLES = 300;

    /** What is tested here does not depend on how busy the machine is. */
    private static final MeasurementSettings PATIENT = MeasurementSettingsBuilder.builder(
                    MeasurementSettings.defaults())
            .maxCpuWait(Decimal.of("1"))
            .build();

    @TempDir
    Path work;

    private final StringWriter log = new StringWriter();
    private final List<String> pushed = new ArrayList<>();

    @BeforeEach
    void makeSourceAndDataset() throws Exception {
        OnnxModels.write(work.resolve("source"), OnnxModels.perceptron(7, FEATURES, 2048, 2048, 10));
        Files.createDirectories(work.resolve("dataset"));
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("x", NpzFiles.gaussians(5, SAMPLES, FEATURES));
        arrays.put("labels", NpzFiles.longs(new long[SAMPLES], SAMPLES));
        NpzFiles.write(work.resolve("dataset/dataset.npz"), arrays);
    }

    @Test
    void theBaselineIsMeasuredWithoutAVariant() throws Exception {
        TrialResult result = measure("baseline");

        assertThat(result.digest()).isNull();
        assertThat(result.variant()).isNull();
        assertThat(result.baseline().engine()).isEqualTo("OnnxRuntime 1.29.0");
        assertThat(result.baseline().concurrency())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(result.baseline().latencyP50Micros()).isPositive();
        assertThat(result.baseline().latencySamples()).isGreaterThanOrEqualTo(200);
        assertThat(requireNonNull(result.baseline().quality()).samples()).isEqualTo((SAMPLES - 50) / 2);
        assertThat(result.baseline().sizeBytes()).isEqualTo(Files.size(work.resolve("source/model.onnx")));
        assertThat(result.baseline().footprintBytes().orElseThrow())
                .as("at least the weights, at most some copies of them")
                .isBetween(result.baseline().sizeBytes(), 6 * result.baseline().sizeBytes());
        assertThat(requireNonNull(result.baseline().cpuWait()).share().asDouble())
                .isBetween(0.0, 1.0);
        assertThat(requireNonNull(result.baseline().latencyVariationInterval()).value())
                .isEqualTo(result.baseline().latencyVariation());
        Estimate p95 = requireNonNull(result.baseline().latencyP95Interval());
        assertThat(p95.value().asDouble())
                .isCloseTo(requireNonNull(result.baseline().latencyP95Micros()), within(1.0));
        assertThat(p95.samples()).isEqualTo(result.baseline().latencySamples());
        assertThat(pushed).isEmpty();
        assertThat(log.toString())
                .contains("evaluate 125/125")
                .contains("time baseline")
                .contains("memory baseline");
    }

    @Test
    void aSmallerVariantIsFasterAndSavesMemoryAndIsPushed() throws Exception {
        writeVariant(OnnxModels.perceptron(7, FEATURES, 64, 10).toByteArray());

        TrialResult result = measure("t1");

        Comparison comparison = requireNonNull(result.comparison());
        assertThat(requireNonNull(comparison.speedup()).lower().asDouble()).isGreaterThan(2);
        assertThat(requireNonNull(comparison.memoryReduction()).asDouble()).isGreaterThan(0.5);
        assertThat(comparison.sizeReduction().asDouble()).isGreaterThan(0.9);
        assertThat(requireNonNull(comparison.fidelity()).value().asDouble())
                .as("other random weights give other answers")
                .isLessThan(0.5);
        assertThat(result.digest()).isEqualTo("sha256:1");
        assertThat(pushed).containsExactly(work.resolve("variant") + " to registry:5000/m");
        assertThat(Json.write(result).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(TerminationMessage.MAX_BYTES);
    }

    /** The self-check of the method: a model against itself. */
    @Test
    void aModelIsAsFastAsItself() throws Exception {
        writeVariant(Files.readAllBytes(work.resolve("source/model.onnx")));

        TrialResult result = measure("t1");

        Comparison comparison = requireNonNull(result.comparison());
        Estimate speedup = requireNonNull(comparison.speedup());
        assertThat(1.0)
                .as("speed-up of a model over itself: %s", speedup)
                .isBetween(speedup.lower().asDouble() / 1.1, speedup.upper().asDouble() * 1.1);
        assertThat(requireNonNull(comparison.fidelity()).value().asDouble()).isEqualTo(1);
        assertThat(requireNonNull(comparison.accuracyRetention()).value().asDouble())
                .isEqualTo(1);
        Comparison.HeldOut heldOut = requireNonNull(comparison.heldOut());
        assertThat(requireNonNull(heldOut.accuracyRetention()).samples())
                .as("as many as variants are chosen by")
                .isEqualTo((SAMPLES - 50) / 2);
        assertThat(requireNonNull(heldOut.fidelity()).samples()).isEqualTo((SAMPLES - 50) / 2);
        assertThat(Math.abs(requireNonNull(comparison.memoryReduction()).asDouble()))
                .isLessThan(0.1);
        assertThat(requireNonNull(result.robustness()).malformedTried()).isGreaterThan(5);
    }

    /** Sorted by class, the first samples are all of one class, and its answer is always right. */
    @Test
    void aVariantThatAnswersAlwaysTheSameIsRefusedThoughTheDatasetIsSortedByClass() throws Exception {
        OnnxModels.write(work.resolve("source"), OnnxModels.linear(signs()));
        float[] values = new float[SAMPLES * FEATURES];
        for (int i = 0; i < SAMPLES; i++) {
            values[i * FEATURES] = i < SAMPLES / 2 ? 1 : -1;
        }
        long[] labels = new long[SAMPLES];
        Arrays.fill(labels, SAMPLES / 2, SAMPLES, 1);
        dataset(values, labels);
        TrialResult source = measure("baseline");
        assertThat(requireNonNull(source.baseline().quality()).value().asDouble())
                .isEqualTo(1);
        assertThat(source.baseline().remarks()).isNull();

        writeVariant(OnnxModels.linear(new float[FEATURES][2]).toByteArray());

        assertReason("t1", FailureReason.MEASUREMENT_FAILED, "answers each of 125 samples with class 0");
    }

    @Test
    void aSourceNoBetterThanTheCommonestClassIsSaid() throws Exception {
        OnnxModels.write(work.resolve("source"), OnnxModels.linear(new float[FEATURES][3]));
        long[] labels = new long[SAMPLES];
        Arrays.fill(labels, SAMPLES / 2, SAMPLES, 1);
        dataset(new float[SAMPLES * FEATURES], labels);

        TrialResult result = measure("baseline");

        assertThat(result.baseline().remarks())
                .containsExactly(
                        "the source answers all 125 samples with class 0",
                        "the source is right in 50.4 % of 125 samples, which is not clearly better than to answer always"
                                + " with the commonest class (50.4 %): to keep its accuracy says little",
                        "1 of 3 classes have no sample among 125 (2): nothing is known of them");
    }

    /** Class 0 where the first feature is above 0, else class 1. */
    private static float[][] signs() {
        float[][] factors = new float[FEATURES][2];
        factors[0][0] = 1;
        factors[0][1] = -1;
        return factors;
    }

    private void dataset(float[] values, long[] labels) throws Exception {
        NpzFiles.write(
                work.resolve("dataset/dataset.npz"),
                Map.of("x", NpzFiles.floats(values, SAMPLES, FEATURES), "labels", NpzFiles.longs(labels, SAMPLES)));
    }

    /** What serves when no variant qualifies: measured as any variant, and pushed with how it is run. */
    @Test
    void theSourceItselfIsMeasuredAgainstItselfAndPushedUnchanged() throws Exception {
        Files.createDirectories(work.resolve("source/extra"));
        Files.writeString(work.resolve("source/extra/vocabulary.txt"), "a b");

        TrialResult result = measure("source");

        Comparison comparison = requireNonNull(result.comparison());
        assertThat(requireNonNull(comparison.fidelity()).value().asDouble()).isEqualTo(1);
        assertThat(requireNonNull(comparison.accuracyRetention()).value().asDouble())
                .isEqualTo(1);
        assertThat(comparison.sizeReduction().asDouble()).isZero();
        assertThat(requireNonNull(result.variant()).engine()).isEqualTo("OnnxRuntime 1.29.0");
        assertThat(result.digest()).isEqualTo("sha256:1");
        assertThat(pushed).containsExactly(work.resolve("variant") + " to registry:5000/m");
        for (String file : List.of("model.onnx", "extra/vocabulary.txt")) {
            assertThat(work.resolve("variant").resolve(file))
                    .hasSameBinaryContentAs(work.resolve("source").resolve(file));
        }
        VariantDescriptor descriptor = Json.read(
                Files.readString(work.resolve("variant").resolve(VariantDescriptor.FILE)), VariantDescriptor.class);
        assertThat(descriptor)
                .isEqualTo(new VariantDescriptor("OnnxRuntime", "model.onnx", Map.of(), null, null, Map.of(), null));
    }

    /** A checkpoint is served as it was converted to be measured, whose descriptor says so. */
    @Test
    void aConvertedSourceIsPushedAsItWasConverted() throws Exception {
        Path converted = Files.createDirectories(work.resolve("baseline"));
        Files.move(work.resolve("source/model.onnx"), converted.resolve("model.onnx"));
        Files.writeString(work.resolve("source/checkpoint"), "which no engine runs");
        VariantDescriptor made = new VariantDescriptor(
                "OnnxRuntime", "model.onnx", Map.of(), "llamacpp", "baseline", Map.of("tool", "1"), null);
        Files.writeString(converted.resolve(VariantDescriptor.FILE), Json.write(made));

        measure("source");

        assertThat(work.resolve("variant/model.onnx")).hasSameBinaryContentAs(converted.resolve("model.onnx"));
        assertThat(work.resolve("variant/checkpoint")).doesNotExist();
        assertThat(Json.read(
                        Files.readString(work.resolve("variant").resolve(VariantDescriptor.FILE)),
                        VariantDescriptor.class))
                .isEqualTo(made);
    }

    /** It would serve nobody; what it answers by chance, but not always the same, serves with that remark. */
    @Test
    void aSourceThatAnswersAlwaysTheSameDoesNotServe() throws Exception {
        OnnxModels.write(work.resolve("source"), OnnxModels.linear(new float[FEATURES][2]));
        long[] labels = new long[SAMPLES];
        Arrays.fill(labels, SAMPLES / 2, SAMPLES, 1);
        dataset(new float[SAMPLES * FEATURES], labels);

        assertReason("source", FailureReason.MEASUREMENT_FAILED, "answers each of 125 samples with class 0");
        assertThat(pushed).isEmpty();
    }

    @Test
    void aModelWithAStateAndAScalarIsMeasuredOneSampleAtATime() throws Exception {
        OnnxModels.write(work.resolve("source"), OnnxModels.stateful(signs()));
        writeVariant(Files.readAllBytes(work.resolve("source/model.onnx")));
        long[] labels = new long[SAMPLES];
        long[] rates = new long[SAMPLES];
        Arrays.setAll(labels, i -> i % 2);
        Arrays.fill(rates, 16_000);
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("x", NpzFiles.gaussians(5, SAMPLES, FEATURES));
        arrays.put("state", NpzFiles.gaussians(6, SAMPLES, 2, 1, 3));
        arrays.put("rate", NpzFiles.longs(rates, SAMPLES));
        arrays.put("labels", NpzFiles.longs(labels, SAMPLES));
        NpzFiles.write(work.resolve("dataset/dataset.npz"), arrays);

        assertThat(measure("baseline").baseline().quality()).isNotNull();
        assertThat(requireNonNull(requireNonNull(measure("t1").comparison()).fidelity())
                        .value()
                        .asDouble())
                .isEqualTo(1);
    }

    @Test
    void aVariantThatChangedItsInputIsRefused() throws Exception {
        byte[] other = OnnxModels.model(OnnxModels.linear(new float[FEATURES][10]).getGraph().toBuilder()
                        .setInput(0, OnnxModels.value("image", -1, FEATURES))
                        .setNode(0, OnnxModels.node("MatMul", List.of("image", "w"), "y"))
                        .build())
                .toByteArray();
        writeVariant(other);
        assertThatThrownBy(() -> measure("t1")).isInstanceOfSatisfying(RuntimeFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo(FailureReason.MEASUREMENT_FAILED);
            assertThat(failure).hasMessageContaining("x: FP32").hasMessageContaining("image: FP32");
        });
    }

    @Test
    void eachFailureHasItsReason() throws Exception {
        assertReason("t1", FailureReason.MEASUREMENT_FAILED, "optimizer left no readable");
        float[][] damaged = new float[FEATURES][10];
        damaged[3][7] = Float.NaN;
        OnnxModels.write(work.resolve("source"), OnnxModels.linear(damaged));
        assertReason("baseline", FailureReason.UNSUPPORTED_MODEL, "NaN or infinity");
        Files.writeString(work.resolve("dataset/dataset.npz"), "no zip");
        assertReason("baseline", FailureReason.INVALID_DATASET, "numpy.savez");
        Files.writeString(work.resolve("source/model.onnx"), "no model");
        assertReason("baseline", FailureReason.UNSUPPORTED_MODEL, "model.onnx");
    }

    private void assertReason(String trial, FailureReason reason, String text) {
        assertThatThrownBy(() -> measure(trial)).isInstanceOfSatisfying(RuntimeFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure).hasMessageContaining(text);
        });
    }

    private void writeVariant(byte[] model) throws Exception {
        Path folder = Files.createDirectories(work.resolve("variant"));
        Files.write(folder.resolve("model.onnx"), model);
        VariantDescriptor descriptor = new VariantDescriptor(
                "OnnxRuntime", "model.onnx", Map.of(), "onnxruntime", "test", Map.of("tool", "1"), null);
        Files.writeString(folder.resolve(VariantDescriptor.FILE), Json.write(descriptor));
    }

    private TrialResult measure(String trial) throws Exception {
        TrialSpec spec = new TrialSpec(
                "run",
                trial,
                Task.IMAGE_CLASSIFICATION,
                null,
                null,
                Map.of(),
                new ModelSource("oci://registry:5000/source:1", null, null),
                new Evaluation(new Evaluation.Dataset("oci://registry:5000/data:1", null), null, 1000, 50, PATIENT),
                "intel-cpu",
                1,
                42,
                "registry:5000/m",
                List.of(),
                1L << 30,
                Depth.FULL,
                null,
                Map.of());
        Files.writeString(work.resolve("spec.json"), Json.write(spec));
        VariantStore store = (folder, repository) -> {
            pushed.add(folder + " to " + repository);
            return "sha256:1";
        };
        MeasureSettings settings =
                new MeasureSettings(200, 6, Duration.ofSeconds(6), 1, Integer.MAX_VALUE, 12, 512, 20);
        return new Measurer(new WorkFolder(work), settings, store, new Progress(new PrintWriter(log))).run();
    }
}
