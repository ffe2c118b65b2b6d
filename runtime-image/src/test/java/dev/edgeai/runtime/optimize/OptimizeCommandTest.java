package dev.edgeai.runtime.optimize;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.testing.NpzFiles;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code edgeai optimize} as it is typed: a real model, a real optimizer in a process of its own, real measurements. */
class OptimizeCommandTest {
    private static final int FEATURES = 64;
    private static final int HIDDEN = 1536;
    private static final int CLASSES = 10;
    private static final int SAMPLES = 300;

    private static final String MANIFEST = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: vision}
            ---
            apiVersion: edgeai.dev/v1alpha1
            kind: EdgeModel
            metadata: {name: digits, namespace: vision}
            spec:
              source: {uri: "oci://registry.example/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry.example/digits-data:1"}, samples: 200, calibrationSamples: 50, measurement: {maxCpuWait: "1"}}
              gates: {minSpeedup: "2.0", minMemoryReduction: "0.30", maxLatencyVariation: "100"}
              targets:
                - {name: gate, accelerator: some-cpu, search: {maxTrials: 3}}
                - {name: yard, accelerator: some-cpu, gates: {minSpeedup: "100000"}, search: {maxTrials: 1}}
                - {name: strict, accelerator: some-cpu, gates: {minSpeedup: "100000"}, search: {maxTrials: 1},
                   rollout: {whenNoneQualifies: Nothing}}
            """;

    @TempDir
    Path folder;

    private final Map<String, String> variables =
            new LinkedHashMap<>(Map.of("EDGEAI_OPTIMIZER_ONNXRUNTIME", MergingOptimizer.command()));

    private Path into;

    /** {@code x * A * I * C}: what is multiplied into one matrix answers alike, smaller and faster. */
    @BeforeEach
    void makeModelAndDataset() throws Exception {
        into = folder.resolve("run");
        float[][] first = gaussians(1, FEATURES, HIDDEN);
        float[][] identity = new float[HIDDEN][HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            identity[i][i] = 1;
        }
        float[][] last = gaussians(2, HIDDEN, CLASSES);
        OnnxModels.write(folder.resolve("model"), OnnxModels.linear(first, identity, last));
        float[][] x = gaussians(3, SAMPLES, FEATURES);
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        float[] flat = new float[SAMPLES * FEATURES];
        for (int i = 0; i < SAMPLES; i++) {
            System.arraycopy(x[i], 0, flat, i * FEATURES, FEATURES);
        }
        arrays.put("x", NpzFiles.floats(flat, SAMPLES, FEATURES));
        arrays.put("labels", labels(classes(MergingOptimizer.times(x, MergingOptimizer.times(first, last)))));
        NpzFiles.write(folder.resolve("data.npz"), arrays);
    }

    @Test
    void theVariantThatPassesIsChosenAndTheOthersSayWhyNot() throws Exception {
        Run run = optimize(MANIFEST);

        assertThat(run.code()).as(run.err() + run.out()).isZero();
        assertThat(run.out())
                .contains("- OpenVINO: has no optimizer here; give it one", "EDGEAI_OPTIMIZER_OPENVINO")
                .contains("+ OnnxRuntime: ")
                .contains("  merged 3 factors")
                .containsPattern("\n> onnxruntime/int8-dynamic +Accepted +\\d+ us .* 100\\.0 % ")
                .containsPattern("\n  onnxruntime/int8-static +Rejected .*\n +minSpeedup: .*\n +minMemoryReduction: ")
                .containsPattern("\n  onnxruntime/graph +Failed\n +NoEffect: graph finds nothing to do")
                .contains("Its files: " + into.resolve("onnxruntime-int8-dynamic/variant"))
                .endsWith("Report: " + into.resolve("report.html"));
        assertThat(into.resolve("report.html")).content().contains("onnxruntime/int8-dynamic");
        assertThat(into.resolve("onnxruntime-int8-dynamic/variant"))
                .isDirectoryContaining("glob:**/model.onnx")
                .isDirectoryContaining("glob:**/" + VariantDescriptor.FILE);
        assertThat(Files.size(into.resolve("onnxruntime-int8-dynamic/variant/model.onnx")))
                .isLessThan(Files.size(folder.resolve("model/model.onnx")) / 100);
    }

    @Test
    void whereNoVariantPassesItSaysThatTheSourceWouldServeAndExitsWithThree() throws Exception {
        Run run = optimize(MANIFEST, "--target", "yard");

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.out())
                .containsPattern("\n> source +Rejected ")
                .contains("Until a variant qualifies the source itself is chosen, as what it is")
                .contains("Its files: " + into.resolve("source-trial/variant"));
        assertThat(into.resolve("source-trial/variant/model.onnx"))
                .hasSameBinaryContentAs(folder.resolve("model/model.onnx"));
        assertThat(run.failure().reason()).isEqualTo("GateRefused");
        assertThat(run.failure().message()).contains("onnxruntime/int8-dynamic: minSpeedup: ");
        assertThat(into.resolve("report.html")).content().contains("the source itself is chosen");
    }

    @Test
    void whereNothingIsToServeWithoutOneItExitsWithThreeAndNamesTheGate() throws Exception {
        Run run = optimize(MANIFEST, "--target", "strict", "-o", "json");

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.REFUSED);
        OptimizationRunStatus status = Json.read(run.out(), OptimizationRunStatus.class);
        assertThat(status.selected()).isNull();
        assertThat(status.trials()).singleElement().satisfies(trial -> {
            assertThat(trial.phase()).isEqualTo(TrialPhase.REJECTED);
            assertThat(trial.gates())
                    .filteredOn(gate -> gate.verdict() == Verdict.FAIL)
                    .extracting(GateResult::name)
                    .contains("minSpeedup");
        });
        String lastLine = run.err().lines().toList().getLast();
        assertThat(Json.read(lastLine, Failure.class)).isEqualTo(run.failure()).satisfies(failure -> {
            assertThat(failure.reason()).isEqualTo("GateRefused");
            assertThat(failure.message()).contains("onnxruntime/int8-dynamic: minSpeedup: ");
        });
    }

    @Test
    void aDryRunSaysWhatItWouldTryAndWhyAndTriesNothing() throws Exception {
        variables.put("EDGEAI_OPTIMIZER_ONNXRUNTIME", "/never/called");

        Run run = optimize(MANIFEST, "--dry-run");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("ONNX, Dense, ")
                .contains("  - OpenVINO: has no optimizer here")
                .contains("  + OnnxRuntime: ")
                .endsWith("""
                        trials, in this order
                          onnxruntime/int8-dynamic
                          onnxruntime/int8-static  calibrationSamples=50
                          onnxruntime/graph
                        and up to 7 variations of their parameters""");
        assertThat(into).doesNotExist();
        JsonNode json = Json.read(optimize(MANIFEST, "--dry-run", "-o", "json").out(), JsonNode.class);
        assertThat(json.at("/assessment/architecture").asText()).isEqualTo("Dense");
        assertThat(json.at("/plan/frameworks/0/planned").asBoolean(true)).isFalse();
        assertThat(json.at("/plan/trials/0/name").asText()).isEqualTo("onnxruntime-int8-dynamic");
    }

    @Test
    void aMistypedDatasetLeavesNothingAndTheCorrectedCommandWorks() throws Exception {
        Path data = folder.resolve("data.npz");
        Path elsewhere = Files.move(data, folder.resolve("elsewhere.npz"));
        assertThat(optimize(MANIFEST).code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(into).doesNotExist();

        Files.writeString(data, "no array");
        Run malformed = optimize(MANIFEST);
        assertThat(malformed.failure().reason()).isEqualTo("InvalidDataset");
        assertThat(into).doesNotExist();

        NpzFiles.write(data, Map.of("other", NpzFiles.gaussians(1, SAMPLES, FEATURES)));
        Run other = optimize(MANIFEST);
        assertThat(other.failure().reason()).as(other.err()).isEqualTo("InvalidDataset");
        assertThat(into).doesNotExist();

        Files.createDirectory(into);
        assertThat(optimize(MANIFEST).code()).isEqualTo(ExitCode.FAILED);
        assertThat(into).as("a folder that was there").isEmptyDirectory();

        Files.move(elsewhere, data, StandardCopyOption.REPLACE_EXISTING);
        Run corrected = optimize(MANIFEST, "--target", "yard");
        assertThat(corrected.code()).as(corrected.err()).isEqualTo(ExitCode.REFUSED);
        assertThat(into.resolve("report.html")).exists();
    }

    @Test
    void aDryRunLooksAtTheDatasetToo() throws Exception {
        Path data = folder.resolve("data.npz");
        Files.writeString(data, "{\"text\": \"good\"}\n{\"label\": 1}\n");
        assertThat(optimize(MANIFEST, "--dry-run").failure())
                .returns("InvalidDataset", Failure::reason)
                .satisfies(failure -> assertThat(failure.message()).contains("Line 2 "));

        Files.write(data, new byte[] {'P', 'K', 3, 4, 0});
        assertThat(optimize(MANIFEST, "--dry-run").failure().message()).contains("is no .npz file");
    }

    @Test
    void aModelWithItsWeightsBesideItWorksInEveryTrial() throws Exception {
        OnnxModels.moveWeights(folder.resolve("model"));

        Run run = optimize(MANIFEST);

        assertThat(run.code()).as(run.err() + run.out()).isZero();
        assertThat(run.out())
                .contains("  merged 3 factors")
                .containsPattern("\n> onnxruntime/int8-dynamic +Accepted")
                .containsPattern("\n  onnxruntime/int8-static +Rejected");
    }

    @Test
    void aDryRunWithNothingToTryFails() throws Exception {
        variables.clear();

        Run run = optimize(MANIFEST, "--dry-run");

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).contains("- OnnxRuntime: has no optimizer here").endsWith("trials, in this order");
    }

    @Test
    void withoutAnOptimizerItSaysHowToGiveOne() throws Exception {
        variables.clear();

        Run run = optimize(MANIFEST);

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("no optimizer").contains("EDGEAI_OPTIMIZER_ONNXRUNTIME");
        assertThat(into).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "minSpeedup: \"2.0\"      | minSpedup: \"2.0\"     | spec.gates.minSpedup is no field; there are maxJoulesPerInference,",
                "minSpeedup: \"2.0\"      | minSpeedup: fast       | spec.gates.minSpeedup: give a number of 0 or more, in quotes",
                "minSpeedup: \"2.0\"      | minSpeedup: \"-1\"     | spec.gates.minSpeedup: give a number of 0 or more",
                "samples: 200             | samples: 0             | spec.evaluation.samples must be at least 16",
                "calibrationSamples: 50   | calibrationSamples: 0  | spec.evaluation.calibrationSamples must be at least 1",
                "maxTrials: 3             | maxTrials: 0           | spec.targets[0].search.maxTrials must be at least 1",
                "samples: 200             | samples: 200, samples: 300 | is no YAML: Duplicate field 'samples'",
                "apiVersion: edgeai.dev/v1alpha1 | apiVersion: edgeai.dev/v1 | apiVersion must be edgeai.dev/v1alpha1",
                "kind: Namespace          | kind: OptimizationRun  | kind is 'OptimizationRun', 'EdgeModel'; one OptimizationRun or",
                "ImageClassification      | Guessing               | spec.task must be one of AudioClassification, ",
                "task: ImageClassification| replicas: 1            | spec.task is missing",
                "uri: \"oci://registry.example/digits:1\" |        | spec.source.uri is missing",
                "search: {maxTrials: 3}   | search: {timeout: soon}| spec.targets[0].search.timeout: give a number and a unit",
                "kind: EdgeModel          | kind: Deployment       | kind is 'Namespace', 'Deployment'; one OptimizationRun",
                "spec:                    | spec: [                | is no YAML",
            })
    void aWrongManifestIsToldWithItsField(String right, String wrong, String told) throws Exception {
        Run run = optimize(MANIFEST.replace(right, wrong == null ? "" : wrong), "--dry-run");

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("manifest.yaml").contains(told);
    }

    @Test
    void anUnknownTargetIsToldWithThoseThatThereAre() throws Exception {
        Run run = optimize(MANIFEST, "--dry-run", "--target", "roof");

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("spec.targets has no 'roof'; it has gate, yard, strict");
    }

    @Test
    void filesOfAnEarlierRunAreNotMixedIn() throws Exception {
        Files.createDirectories(into.resolve("source"));

        Run run = optimize(MANIFEST);

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains(into + " is not empty");
    }

    private Run optimize(String manifest, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("manifest.yaml"), manifest);
        List<String> arguments = List.of(
                "optimize",
                "-f",
                file.toString(),
                "--source",
                folder.resolve("model").toString(),
                "--dataset",
                folder.resolve("data.npz").toString(),
                "--into",
                into.toString(),
                "--pairs",
                "200",
                "--time-cap",
                "4s");
        return Run.of(
                variables,
                Stream.concat(arguments.stream(), Arrays.stream(more)).toArray(String[]::new));
    }

    private static float[][] gaussians(long seed, int rows, int columns) {
        Random random = new Random(seed);
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    private static byte[] labels(long[] classes) {
        return NpzFiles.longs(classes, classes.length);
    }

    private static long[] classes(float[][] scores) {
        return Arrays.stream(scores)
                .mapToLong(row -> {
                    int best = 0;
                    for (int i = 1; i < row.length; i++) {
                        best = row[i] > row[best] ? i : best;
                    }
                    return best;
                })
                .toArray();
    }
}
