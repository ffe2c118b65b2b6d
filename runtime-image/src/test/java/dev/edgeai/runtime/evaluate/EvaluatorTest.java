package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Metric;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.dataset.AnswerReader;
import dev.edgeai.runtime.dataset.DatasetFile;
import dev.edgeai.runtime.dataset.EvaluationData;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.testing.NpzFiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class EvaluatorTest {
    private static final int SAMPLES = 40;

    @TempDir
    Path folder;

    @Test
    void theTasksMetricHoldsUnlessAnotherIsAskedFor() throws Exception {
        assertThat(metric(null, Task.IMAGE_CLASSIFICATION, true)).isEqualTo(Metric.ACCURACY);
        assertThat(metric(null, Task.TABULAR, true)).isEqualTo(Metric.FIDELITY);
        assertThat(metric(Metric.MACRO_F1, Task.TABULAR, true)).isEqualTo(Metric.MACRO_F1);
        assertThat(metric(Metric.FIDELITY, Task.IMAGE_CLASSIFICATION, true)).isEqualTo(Metric.FIDELITY);
    }

    @Test
    void withoutLabelsItIsFidelityUnlessLabelsWereAskedFor() throws Exception {
        assertThat(metric(null, Task.IMAGE_CLASSIFICATION, false)).isEqualTo(Metric.FIDELITY);
        assertThatThrownBy(() -> metric(Metric.ACCURACY, Task.IMAGE_CLASSIFICATION, false))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("needs labels");
    }

    @Test
    void classesAreNotRatedWhereThereAreNone() {
        assertThatThrownBy(() -> metric(Metric.ACCURACY, Task.TEXT_EMBEDDING, true))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("rates classes");
    }

    @Test
    void nothingButALanguageModelIsRatedByTheAreaUnderItsCurve() {
        assertThatThrownBy(() -> metric(Metric.AUC, Task.IMAGE_CLASSIFICATION, true))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("language model");
    }

    @Test
    void aTabularModelWithOneNumberIsNoClassifier() {
        assertThat(AnswerReader.of(Task.TABULAR, output(DataType.FP32, -1, 1)).classifier())
                .isFalse();
        assertThat(AnswerReader.of(Task.TABULAR, output(DataType.FP32, -1, 3)).classifier())
                .isTrue();
        assertThat(AnswerReader.of(Task.TABULAR, output(DataType.INT64, -1, 1)).classifier())
                .isTrue();
        assertThat(AnswerReader.of(Task.IMAGE_CLASSIFICATION, output(DataType.FP32, -1, 1))
                        .classifier())
                .isTrue();
    }

    /** Of single numbers a cosine would only compare the signs. */
    @Test
    void singleNumbersAreAlikeByTheirDifference() {
        assertThat(Similarity.of(new float[] {10}, new float[] {9})).isCloseTo(0.9, within(1e-9));
        assertThat(Similarity.of(new float[] {9}, new float[] {10})).isCloseTo(0.9, within(1e-9));
        assertThat(Similarity.of(new float[] {1}, new float[] {-1})).isZero();
        assertThat(Similarity.of(new float[] {0}, new float[] {0})).isEqualTo(1);
        assertThat(Similarity.of(new float[] {1}, new float[] {Float.NaN})).isZero();
        assertThat(Similarity.of(new float[] {1, 0}, new float[] {0, 1})).isZero();
    }

    private static List<TensorInfo> output(DataType type, long... shape) {
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        return List.of(new TensorInfo("y", type, dimensions));
    }

    private Metric metric(@Nullable Metric asked, Task task, boolean labelled) throws Exception {
        Map<String, byte[]> arrays = new HashMap<>(Map.of("x", NpzFiles.gaussians(1, SAMPLES, 2)));
        if (labelled) {
            arrays.put("labels", NpzFiles.longs(new long[SAMPLES], SAMPLES));
        }
        Path file = NpzFiles.write(folder.resolve("data.npz"), arrays);
        Evaluation evaluation =
                new Evaluation(new Evaluation.Dataset("oci://registry.example/data:1", null), asked, SAMPLES, 1, null);
        List<TensorInfo> inputs = List.of(new TensorInfo("x", DataType.FP32, List.of(-1L, 2L)));
        return Evaluator.metric(
                task,
                evaluation,
                EvaluationData.read(new DatasetFile(file, false), evaluation, 1, inputs, 1 << 20, folder, 128)
                        .choice());
    }
}
