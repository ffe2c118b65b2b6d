package dev.edgeai.runtime.dataset;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.evaluate.Evaluator;
import dev.edgeai.runtime.evaluate.Robustness;
import dev.edgeai.runtime.testing.OnnxModels;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class TextDatasetTest {
    private static final String TOKENIZER = """
            {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "good": 1, "bad": 2, "film": 3}}}
            """;
    private static final TensorInfo IDS = input("input_ids", -1);
    private static final TensorInfo MASK = input("attention_mask", -1);
    private static final float[][] VECTORS = {{0, 0}, {1, 0}, {0, 1}, {0.1f, 0.1f}};

    @TempDir
    Path folder;

    @BeforeEach
    void writeTokenizer() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    }

    @Test
    void aTextIsAsLongAsItsTokensAndALongOneIsCutAndSaid() throws Exception {
        EvaluationData data =
                read("{\"text\": \"good film\"}\n{\"text\": \"bad bad bad bad\"}\n".repeat(10), List.of(IDS, MASK));

        Dataset dataset = data.choice();
        assertThat(IntStream.range(0, dataset.size())
                        .mapToObj(i -> tensor(dataset, i, "attention_mask").shape()[1]))
                .containsOnly(2L, 3L);
        for (int i = 0; i < dataset.size(); i++) {
            long last = tensor(dataset, i, "input_ids").data().asLongBuffer().get(1);
            assertThat(last).isEqualTo(tensor(dataset, i, "input_ids").shape()[1] == 2 ? 3 : 2);
        }
        assertThat(data.notes())
                .singleElement()
                .asString()
                .matches("(9|10) of 19 texts are longer than 3 tokens and were cut");
        assertThat(dataset.labels()).isEmpty();
    }

    @Test
    void inputsOfFixedLengthArePaddedAndTheMaskSaysSo() throws Exception {
        Dataset dataset = read(
                        "{\"text\": \"good film\"}\n".repeat(20),
                        List.of(input("input_ids", 4), input("attention_mask", 4)))
                .choice();

        assertThat(tensor(dataset, 0, "attention_mask").shape()).containsExactly(1, 4);
        assertThat(tensor(dataset, 0, "attention_mask").data().asLongBuffer().get(1))
                .isEqualTo(1);
        assertThat(tensor(dataset, 0, "attention_mask").data().asLongBuffer().get(2))
                .isZero();
    }

    @Test
    void whatDoesNotFitIsSaidWithTheNextStep() {
        String lines = "{\"text\": \"good\"}\n".repeat(20);
        assertThatThrownBy(() -> read(lines, List.of(input("images", 28))))
                .hasMessageContaining("dataset is text, but the model takes 'images'");
        assertThatThrownBy(() -> read(lines, List.of(MASK))).hasMessageContaining("no 'input_ids'");
        assertThatThrownBy(() -> read("{\"text\": \"good\"}\n".repeat(3), List.of(IDS)))
                .hasMessageContaining("at least 16");
        assertThatThrownBy(() -> read(lines + "{\"text\": \"bad\", \"label\": 1}\n".repeat(2), List.of(IDS)))
                .hasMessageContaining("label all of them or none");
    }

    @Test
    void withoutASoundTokenizerTextCannotBeRead() throws Exception {
        String lines = "{\"text\": \"good\"}\n".repeat(20);
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": 1}");
        assertThatThrownBy(() -> read(lines, List.of(IDS)))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("tokenizer.json cannot be read");
        Files.delete(folder.resolve("tokenizer.json"));
        assertThatThrownBy(() -> read(lines, List.of(IDS)))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("needs the model's tokenizer.json");
    }

    @Test
    void poolingFollowsTheModelsConfiguration() throws Exception {
        float[] values = {1, 0, 0, 3, 9, 9};
        boolean[] shown = {true, true, false};
        assertThat(Pooling.of(folder)).isEqualTo(Pooling.MEAN);
        assertThat(Pooling.MEAN.pool(values, shown, 2)).containsExactly(new float[] {0.3162f, 0.9487f}, within(1e-3f));
        assertThat(Pooling.CLS.pool(values, shown, 2)).containsExactly(1, 0);

        Files.createDirectory(folder.resolve("1_Pooling"));
        Path config = folder.resolve("1_Pooling/config.json");
        Files.writeString(config, "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        assertThat(Pooling.of(folder)).isEqualTo(Pooling.CLS);
        Files.writeString(config, "{\"pooling_mode_max_tokens\": true}");
        assertThatThrownBy(() -> Pooling.of(folder)).hasMessageContaining("no other is known");
    }

    @Test
    void embeddingsAreRatedByTheirNeighboursAndAVariantByWhatItKeeps() throws Exception {
        Dataset dataset = read(
                        "{\"text\": \"good film\", \"label\": 1}\n{\"text\": \"bad film\", \"label\": 0}\n".repeat(80),
                        List.of(IDS))
                .choice();
        Metric metric = Evaluator.metric(Task.TEXT_EMBEDDING, evaluation(Metric.KNN_ACCURACY), dataset);
        Evaluator evaluator = new Evaluator(dataset, Task.TEXT_EMBEDDING, metric, 1);
        try (LoadedModel sound = load("sound", VECTORS);
                LoadedModel blind = load("blind", new float[][] {{0, 0}, {1, 1}, {1, 1}, {1, 0}})) {
            assertThat(requireNonNull(evaluator.rate(sound, _ -> {}).quality())
                            .value()
                            .asDouble())
                    .isEqualTo(1);

            Evaluator.Rating same = evaluator.compare(sound, sound, _ -> {});
            assertThat(requireNonNull(same.retention()).value().asDouble()).isEqualTo(1);
            assertThat(same.fidelity().value().asDouble()).isEqualTo(1);

            Evaluator.Rating worse = evaluator.compare(sound, blind, _ -> {});
            assertThat(requireNonNull(worse.retention()).upper().asDouble()).isLessThan(0.8);
            assertThat(worse.fidelity().value().asDouble()).isLessThan(0.95);
            assertThat(new Robustness(evaluator).check(sound, blind))
                    .satisfies(robustness ->
                            assertThat(robustness.malformedRefused()).isEqualTo(robustness.malformedTried()));
        }
    }

    /** Turned by 60 degrees: the neighbours are the same, and an index of the original's vectors finds others. */
    @Test
    void vectorsThatDriftTogetherKeepTheirNeighboursAndNotTheirFidelity() throws Exception {
        float[][] turned = Arrays.stream(VECTORS)
                .map(v -> new float[] {0.5f * v[0] - 0.8660f * v[1], 0.8660f * v[0] + 0.5f * v[1]})
                .toArray(float[][]::new);
        EvaluationData data = read(
                "{\"text\": \"good film\", \"label\": 1}\n{\"text\": \"bad film\", \"label\": 0}\n".repeat(80),
                List.of(IDS));
        try (LoadedModel sound = load("sound", VECTORS);
                LoadedModel other = load("turned", turned)) {
            for (Dataset part : List.of(data.choice(), data.heldOut())) {
                Evaluator.Rating rating =
                        new Evaluator(part, Task.TEXT_EMBEDDING, Metric.KNN_ACCURACY, 1).compare(sound, other, _ -> {});
                assertThat(requireNonNull(rating.retention()).value().asDouble())
                        .isEqualTo(1);
                assertThat(rating.fidelity().value().asDouble()).isCloseTo(0.5, within(0.001));
                assertThat(rating.fidelity().samples()).isEqualTo(part.size());
            }
        }
    }

    @Test
    void neighboursAreForLabelledEmbeddingsOnly() throws Exception {
        Dataset unlabelled =
                read("{\"text\": \"good\"}\n".repeat(20), List.of(IDS)).choice();
        assertThatThrownBy(() -> Evaluator.metric(Task.TEXT_EMBEDDING, evaluation(Metric.KNN_ACCURACY), unlabelled))
                .hasMessageContaining("needs labels");
        assertThatThrownBy(
                        () -> Evaluator.metric(Task.TEXT_CLASSIFICATION, evaluation(Metric.KNN_ACCURACY), unlabelled))
                .hasMessageContaining("rates embeddings");
    }

    private static Tensor tensor(Dataset dataset, int sample, String input) {
        return requireNonNull(dataset.sample(sample).get(input));
    }

    /** Each token's vector out of a table: int64[N,tokens] to float32[N,tokens,2]. */
    private LoadedModel load(String name, float[][] vectors) throws IOException {
        float[] table = new float[2 * vectors.length];
        for (int i = 0; i < table.length; i++) {
            table[i] = vectors[i / 2][i % 2];
        }
        Path model = OnnxModels.write(
                folder.resolve(name),
                OnnxModels.model(GraphProto.newBuilder()
                        .setName(name)
                        .addInput(OnnxModels.value("input_ids", DataType.INT64, -1, -1))
                        .addInitializer(OnnxModels.weights("table", table, vectors.length, 2))
                        .addNode(OnnxModels.node("Gather", List.of("table", "input_ids"), "y"))
                        .addOutput(OnnxModels.value("y", -1, -1, 2))
                        .build()));
        return Engines.load(model, Engines.forSource(model), 1);
    }

    private EvaluationData read(String lines, List<TensorInfo> inputs) throws IOException {
        Path file = Files.writeString(folder.resolve("texts.jsonl"), lines);
        return EvaluationData.read(DatasetFile.of(file), evaluation(null), 1, inputs, 1 << 20, folder, 3);
    }

    private static Evaluation evaluation(@Nullable Metric metric) {
        return new Evaluation(new Evaluation.Dataset("oci://registry.example/data:1", null), metric, 1_000, 1, null);
    }

    private static TensorInfo input(String name, long tokens) {
        return new TensorInfo(name, dev.edgeai.runtime.engine.DataType.INT64, List.of(-1L, tokens));
    }
}
