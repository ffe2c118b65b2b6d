package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.artifact.registry.TestRegistry;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.testing.NpzFiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class FetchCommandTest {
    @TempDir
    Path folder;

    private TestRegistry registry;
    private Path work;
    private String model;
    private String dataset;
    private String modelDigest;
    private String datasetDigest;
    private byte[] datasetBytes;

    @BeforeEach
    void pushSourceAndDataset() throws Exception {
        registry = TestRegistry.start(Files.createDirectory(folder.resolve("registry")));
        work = folder.resolve("work");
        model = "oci://" + registry.address() + "/models/digits:1.0";
        dataset = "oci://" + registry.address() + "/datasets/digits:1";
        modelDigest = push(Files.writeString(folder.resolve("model.onnx"), "a model"), model);
        Path arrays = NpzFiles.write(folder.resolve("digits.npz"), Map.of("x", NpzFiles.longs(new long[] {1}, 1)));
        datasetBytes = Files.readAllBytes(arrays);
        datasetDigest = push(arrays, dataset);
    }

    @AfterEach
    void stopRegistry() {
        registry.close();
    }

    @Test
    void sourceDatasetAndSpecificationLieWhereTheContractSays() throws Exception {
        TrialSpec spec = spec(null, null);

        Run run = fetch(spec);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Json.read(run.message(), FetchResult.class))
                .isEqualTo(new FetchResult(modelDigest, datasetDigest, "a model".length()));
        assertThat(Json.read(Files.readString(work.resolve("spec.json")), TrialSpec.class))
                .isEqualTo(spec);
        assertThat(work.resolve("source/model.onnx")).hasContent("a model");
        assertThat(work.resolve("dataset/dataset.npz")).hasBinaryContent(datasetBytes);
    }

    @Test
    void aPinIsFetchedEvenWhenTheTagMovedOn() throws Exception {
        push(Files.writeString(folder.resolve("model.onnx"), "a newer model"), model);

        Run run = fetch(spec(modelDigest, datasetDigest));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(work.resolve("source/model.onnx")).hasContent("a model");
    }

    @Test
    void aPinThatIsNotThereIsNotFound() throws Exception {
        String nowhere = "sha256:" + "0".repeat(64);

        assertThat(fetch(spec(nowhere, null)).failure().reason()).isEqualTo("SourceNotFound");
        assertThat(fetch(spec(null, nowhere)).failure().reason()).isEqualTo("DatasetNotFound");
    }

    @Test
    void theDatasetAloneIsFetchedForTheWarmUp() throws Exception {
        Run run = fetch(spec(modelDigest, null), "--dataset-only");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Json.read(run.message(), FetchResult.class).datasetDigest()).isEqualTo(datasetDigest);
        assertThat(work.resolve("source")).doesNotExist();
        assertThat(work.resolve("dataset/dataset.npz")).hasBinaryContent(datasetBytes);
    }

    @Test
    void aDatasetOfTextIsToldByItsContentAndCheckedLineByLine() throws Exception {
        push(Files.writeString(folder.resolve("reviews"), "{\"text\": \"good\", \"label\": 1}\n"), dataset);

        Run run = fetch(spec(null, null));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(work.resolve("dataset/dataset.jsonl")).hasContent("{\"text\": \"good\", \"label\": 1}");
        assertThat(work.resolve("dataset/dataset.npz")).doesNotExist();

        push(Files.writeString(folder.resolve("reviews"), "{\"text\": \"good\"}\n{\"label\": 1}\n"), dataset);
        assertThat(fetch(spec(null, null)).failure())
                .returns("InvalidDataset", Failure::reason)
                .satisfies(failure -> assertThat(failure.message()).contains("Line 2 "));
    }

    @Test
    void aSourceOfSeveralFilesComesWhole() throws Exception {
        Path checkpoint = Files.createDirectories(folder.resolve("checkpoint/1_Pooling"));
        Files.writeString(checkpoint.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("checkpoint/model.safetensors"), "weights");
        push(folder.resolve("checkpoint"), model);

        Run run = fetch(spec(null, null));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(work.resolve("source/model.safetensors")).hasContent("weights");
        assertThat(work.resolve("source/1_Pooling/config.json")).hasContent("{}");
    }

    @Test
    void aPickleIsRefusedButNotTheWeightsOfAnIr() throws Exception {
        Path source = Files.createDirectories(folder.resolve("files"));
        Files.writeString(source.resolve("model.xml"), "<net/>");
        Files.writeString(source.resolve("model.bin"), "weights");
        push(source, model);
        assertThat(fetch(spec(null, null)).code()).isZero();

        Files.writeString(source.resolve("pytorch_model.bin"), "a program");
        push(source, model);
        assertThat(fetch(spec(null, null)).failure())
                .returns("UnsupportedModel", Failure::reason)
                .satisfies(failure ->
                        assertThat(failure.message()).contains("pytorch_model.bin", "pickle", ".safetensors"));
    }

    @Test
    void aKnownVariantIsFetchedAndGetsTheOptionsAskedFor() throws Exception {
        Path variant = Files.createDirectories(folder.resolve("variant"));
        Files.writeString(variant.resolve("model.onnx"), "int8");
        Files.writeString(variant.resolve("edgeai.json"), """
                {"engine": "OnnxRuntime", "future": 1, "model": "model.onnx", "options": {"a": "1", "b": "2"}}
                """);
        String digest = push(variant, "oci://" + registry.address() + "/models/vision/digits:v");

        assertThat(fetch(ofVariant(digest, Map.of())).code()).isZero();
        assertThat(Artifacts.digest(work.resolve("variant"))).hasToString(digest);

        assertThat(fetch(ofVariant(digest, Map.of("b", "3", "c", "4"))).code()).isZero();
        Digest changed = Artifacts.digest(work.resolve("variant"));
        assertThat(Json.mapper().readTree(work.resolve("variant/edgeai.json").toFile()))
                .isEqualTo(Json.mapper().readTree("""
                        {"engine": "OnnxRuntime", "future": 1, "model": "model.onnx",
                         "options": {"a": "1", "b": "3", "c": "4"}}
                        """));
        assertThat(fetch(ofVariant(digest, Map.of("c", "4", "b", "3"))).code()).isZero();
        assertThat(Artifacts.digest(work.resolve("variant"))).isEqualTo(changed);
    }

    @Test
    void forTheWarmUpTextComesWithItsTokenizerAndNotWithTheModel() throws Exception {
        Path source = Files.createDirectories(folder.resolve("files"));
        Files.writeString(source.resolve("model.onnx"), "weights");
        Files.writeString(source.resolve("tokenizer.json"), "{}");
        push(source, model);
        push(Files.writeString(folder.resolve("reviews"), "{\"text\": \"good\"}\n"), dataset);

        Run run = fetch(spec(null, null), "--dataset-only");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(work.resolve("source/tokenizer.json")).hasContent("{}");
        assertThat(work.resolve("source/model.onnx")).doesNotExist();
    }

    @Test
    void withoutASpecificationItIsWrongUsage() throws Exception {
        assertThat(Run.of(Map.of(), "fetch", "--into", work.toString()).code()).isEqualTo(ExitCode.WRONG_USAGE);
        Run broken = Run.of(Map.of(TrialSpec.ENVIRONMENT_VARIABLE, "{"), "fetch", "--into", work.toString());
        assertThat(broken.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(broken.err()).contains(TrialSpec.ENVIRONMENT_VARIABLE);
    }

    private Run fetch(TrialSpec spec, String... more) throws IOException {
        String[] arguments = Stream.concat(List.of("fetch", "--into", work.toString()).stream(), Arrays.stream(more))
                .toArray(String[]::new);
        return Run.of(Map.of(TrialSpec.ENVIRONMENT_VARIABLE, Json.write(spec)), arguments);
    }

    private TrialSpec spec(@Nullable String modelPin, @Nullable String datasetPin) {
        return spec(modelPin, datasetPin, null, Map.of());
    }

    private TrialSpec ofVariant(String variantDigest, Map<String, String> options) {
        return spec(null, null, variantDigest, options);
    }

    private TrialSpec spec(
            @Nullable String modelPin,
            @Nullable String datasetPin,
            @Nullable String variantDigest,
            Map<String, String> options) {
        return new TrialSpec(
                "digits-intel-cpu-1",
                TrialSpec.BASELINE,
                Task.values()[0],
                null,
                null,
                Map.of(),
                new ModelSource(model, modelPin, null),
                new Evaluation(new Evaluation.Dataset(dataset, datasetPin), null, 100, 16, null),
                "intel-cpu",
                1,
                7,
                registry.address() + "/models/vision/digits",
                List.of(registry.address()),
                1 << 20,
                Depth.FULL,
                variantDigest,
                options);
    }

    private String push(Path file, String target) throws IOException {
        Run run = Run.of(Map.of(), "push", file.toString(), target, "--plain-http", registry.address());
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }
}
