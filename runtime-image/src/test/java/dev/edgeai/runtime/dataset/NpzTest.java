package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.testing.NpzFiles;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NpzTest {
    private static final long SEED = 42;

    private static final TensorInfo X = new TensorInfo("x", DataType.FP32, List.of(-1L, 2L));

    @TempDir
    Path folder;

    @Test
    void theFirstSamplesAreReadInTheOrderOfTheFile() throws Exception {
        Path file = write(Map.of("x", NpzFiles.floats(counting(40 * 2), 40, 2)));

        Dataset dataset = Dataset.first(file, 20, List.of(X), 1 << 20);

        assertThat(dataset.size()).isEqualTo(20);
        assertThat(x(dataset, 7).data().getFloat(0)).isEqualTo(14);
        assertThat(x(dataset, 7).data().getFloat(4)).isEqualTo(15);
        assertThat(x(dataset, 7).shape()).containsExactly(1, 2);
        assertThat(Dataset.first(file, 50, List.of(X), 1 << 20).size()).isEqualTo(40);
    }

    @Test
    void aSampleKeepsItsLabel() throws Exception {
        long[] labels = new long[100];
        Arrays.setAll(labels, i -> i % 7);
        Path file = write(Map.of("x", NpzFiles.floats(counting(200), 100, 2), "labels", NpzFiles.longs(labels, 100)));

        EvaluationData data = read(file, evaluation(20, 10), X);

        for (Dataset part : List.of(data.choice(), data.heldOut())) {
            assertThat(part.size()).isEqualTo(20);
            for (int i = 0; i < part.size(); i++) {
                assertThat(part.labels().orElseThrow()[i]).isEqualTo(labels[sample(part, i)]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // rows, samples, calibration, own calibration arrays, samples to choose by, held out
        "100, 30, 20, false, 30, 30",
        "100, 90, 20, false, 40, 40",
        "100, 1000, 83, false, 9, 8",
        "100, 1000, 128, true, 50, 50",
    })
    void choiceHeldOutAndCalibrationNeverOverlap(
            int rows, int samples, int calibration, boolean own, int choice, int heldOut) throws Exception {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("x", NpzFiles.floats(counting(rows * 2), rows, 2));
        if (own) {
            arrays.put("calibration/x", NpzFiles.floats(new float[6], 3, 2));
        }
        EvaluationData data = read(write(arrays), evaluation(samples, calibration), X);

        assertThat(data.choice().size()).isEqualTo(choice);
        assertThat(data.heldOut().size()).isEqualTo(heldOut);
        Set<Integer> met = new HashSet<>();
        for (Dataset part : List.of(data.choice(), data.heldOut())) {
            for (int i = 0; i < part.size(); i++) {
                assertThat(met.add(sample(part, i))).as("each sample once").isTrue();
            }
        }
        if (!own) {
            int[] order = SampleOrder.of(rows, null, SEED);
            assertThat(met)
                    .doesNotContainAnyElementsOf(Arrays.stream(order, rows - calibration, rows)
                            .boxed()
                            .toList());
        }
    }

    @Test
    void aScreeningTakesTheFirstOfTheSamplesThatVariantsAreChosenBy() throws Exception {
        Path file = write(Map.of("x", NpzFiles.floats(counting(600), 300, 2)));

        Dataset some = read(file, evaluation(30, 20), X).choice();
        Dataset all = read(file, evaluation(90, 20), X).choice();

        for (int i = 0; i < some.size(); i++) {
            assertThat(sample(some, i)).isEqualTo(sample(all, i));
        }
    }

    /** A value that is not finite is nobody's fault but the data's, and is told before anything is measured. */
    @ParameterizedTest
    @CsvSource({"x, NaN", "x, Infinity", "calibration/x, -Infinity"})
    void aValueThatIsNotFiniteIsToldByArrayAndSample(String array, float value) throws Exception {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("x", NpzFiles.floats(counting(200), 100, 2));
        arrays.put("calibration/x", NpzFiles.floats(counting(200), 100, 2));
        float[] spoilt = counting(200);
        spoilt[2 * 93 + 1] = value;
        arrays.put(array, NpzFiles.floats(spoilt, 100, 2));
        Path file = write(arrays);

        assertThatThrownBy(() -> read(file, evaluation(20, 10), X))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("'%s' holds %s in sample 93".formatted(array, value));
    }

    @Test
    void aSampleFarBeyondTheOthersIsTold() throws Exception {
        float[] values = new float[200];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2;
        }
        assertThat(read(write(Map.of("x", NpzFiles.floats(values, 100, 2))), evaluation(20, 10), X)
                        .notes())
                .isEmpty();
        values[31] = 1e30f;
        assertThat(read(write(Map.of("x", NpzFiles.floats(values, 100, 2))), evaluation(20, 10), X)
                        .notes())
                .singleElement()
                .asString()
                .contains("'x' reaches 1.000e+30 in sample 15");
    }

    @Test
    void anInputWhoseFirstAxisIsNoBatchIsWholeInEachSample() throws Exception {
        TensorInfo state = new TensorInfo("state", DataType.FP32, List.of(2L, -1L, 3L));
        TensorInfo rate = new TensorInfo("rate", DataType.INT64, List.of());
        Path file = write(Map.of(
                "x", NpzFiles.floats(counting(200), 100, 2),
                "state", NpzFiles.floats(counting(600), 100, 2, 1, 3),
                "rate", NpzFiles.longs(new long[100], 100)));

        Map<String, Tensor> sample =
                Dataset.first(file, 50, List.of(X, state, rate), 1 << 20).sample(7);

        assertThat(requireNonNull(sample.get("x")).shape()).containsExactly(1, 2);
        assertThat(requireNonNull(sample.get("state")).shape()).containsExactly(2, 1, 3);
        assertThat(requireNonNull(sample.get("state")).data().getFloat(0)).isEqualTo(42);
        assertThat(requireNonNull(sample.get("rate")).shape()).isEmpty();

        Path flat = write(Map.of("state", NpzFiles.floats(counting(600), 100, 2, 3)));
        assertThatThrownBy(() -> Dataset.first(flat, 50, List.of(state), 1 << 20))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("'state' holds FP32 samples of [2, 3]")
                .hasMessageContaining("before all axes");
    }

    @Test
    void eachSampleNeedsALabel() throws Exception {
        Path file = write(
                Map.of("x", NpzFiles.floats(new float[1200], 600, 2), "labels", NpzFiles.longs(new long[500], 500)));
        assertThatThrownBy(() -> read(file, evaluation(100, 10), X))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("500 labels for 600 samples");
    }

    @Test
    void calibrationSamplesOfSomeInputsOnlyAreRefused() throws Exception {
        TensorInfo y = new TensorInfo("y", DataType.FP32, List.of(-1L, 2L));
        Path file = write(Map.of(
                "x", NpzFiles.floats(new float[200], 100, 2),
                "y", NpzFiles.floats(new float[200], 100, 2),
                "calibration/x", NpzFiles.floats(new float[200], 100, 2)));
        assertThatThrownBy(() -> read(file, evaluation(20, 10), X, y))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("none [calibration/y]");
    }

    @Test
    void saysWhenCalibrationLeavesTooLittle() throws Exception {
        Path file = write(Map.of("x", NpzFiles.floats(new float[200], 100, 2)));
        assertThatThrownBy(() -> read(file, evaluation(50, 90), X))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("100 samples")
                .hasMessageContaining("90 are for calibration");
    }

    @Test
    void saysWhichArrayDoesNotFitTheModel() throws Exception {
        Path file = write(Map.of("x", NpzFiles.floats(new float[300], 100, 3)));
        assertThatThrownBy(() -> read(file, evaluation(50, 10), X))
                .hasMessageContaining("'x' holds FP32 samples of [3]");
        TensorInfo other = new TensorInfo("image", DataType.FP32, List.of(-1L, 3L));
        assertThatThrownBy(() -> read(file, evaluation(50, 10), other))
                .hasMessageContaining("The model takes 'image', but the dataset has [x]");
    }

    @Test
    void refusesLabelsThatAreNoClasses() throws Exception {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("x", NpzFiles.floats(new float[200], 100, 2));
        long[] labels = new long[100];
        labels[3] = -7;
        arrays.put("labels", NpzFiles.longs(labels, 100));
        Path negative = write(arrays);
        assertThatThrownBy(() -> read(negative, evaluation(50, 10), X)).hasMessageContaining("Label 3 is -7");
        arrays.put("labels", NpzFiles.floats(new float[100], 100));
        Path floats = write(arrays);
        assertThatThrownBy(() -> read(floats, evaluation(50, 10), X)).hasMessageContaining("int64");
    }

    @ParameterizedTest
    @CsvSource({"<u2, UINT16, 40000", "<u4, UINT32, 4000000000", "<u8, UINT64, 18446744073709551615"})
    void readsUnsignedNumbers(String numpy, DataType type, BigInteger value) throws Exception {
        ByteBuffer rows = ByteBuffer.allocate(20 * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer labels = ByteBuffer.allocate(20 * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 20; i++) {
            for (int b = 0; b < type.bytes(); b++) {
                rows.put(value.shiftRight(8 * b).byteValue());
                labels.put((byte) (b == 0 ? i : b == 1 ? 0x9c : 0));
            }
        }
        Path file = write(Map.of(
                "x", NpzFiles.npy(numpy, new long[] {20, 1}, rows.array()),
                "labels", NpzFiles.npy(numpy, new long[] {20}, labels.array())));

        Dataset dataset = read(file, evaluation(20, 2), new TensorInfo("x", type, List.of(-1L, 1L)))
                .choice();

        assertThat(new BigInteger(x(dataset, 3).element(0).toString())).isEqualTo(value);
        assertThat(Arrays.stream(dataset.labels().orElseThrow())).allMatch(label -> label >> 8 == 0x9c);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'descr': '|O', 'fortran_order': False, 'shape': (2,), } ; pickle",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), } ; Fortran",
                "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), } ; element type >f4",
                "{'descr': '<U5', 'fortran_order': False, 'shape': (2,), } ; element type <U5",
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), } ; not understood",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), } ; not understood",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'shape': (3,)} ; twice",
                "{'descr': '<f4', 'fortran_order': False, } ; instead of",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), } ; too many elements",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,), } ; where its shape",
                "__import__('os') ; no dictionary",
            })
    void refusesHeadersThatAreNotPlain(String header, String why) throws Exception {
        Path file = write(Map.of("x", NpzFiles.npy(header, new byte[8])));
        assertThatThrownBy(() -> Npz.open(file, 1 << 20))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesMoreThanTheLimit() throws Exception {
        Path file = write(Map.of("x", NpzFiles.floats(new float[1000], 1000)));
        assertThatThrownBy(() -> Npz.open(file, 3999)).hasMessageContaining("more than 3999 bytes");
        assertThat(Npz.open(file, 4000).headers()).containsOnlyKeys("x");
    }

    @Test
    void refusesWhatIsNoZipOrHoldsOtherFiles() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "no zip");
        assertThatThrownBy(() -> Npz.open(text, 100)).hasMessageContaining("numpy.savez");
        assertThatThrownBy(() -> Npz.open(folder.resolve("missing"), 100)).hasMessageContaining("no dataset file");
    }

    @Property(tries = 2000)
    void anyHeaderIsReadOrRefusedInWords(@ForAll String text) throws IOException {
        refusesOrReads(NpzFiles.npy(text, new byte[0]));
    }

    @Property(tries = 2000)
    void anyBytesAreReadOrRefusedInWords(@ForAll @Size(max = 300) byte[] bytes) throws IOException {
        refusesOrReads(bytes);
    }

    @Property(tries = 2000)
    void aDamagedHeaderIsReadOrRefusedInWords(@ForAll @Size(3) List<Integer> places, @ForAll byte value)
            throws IOException {
        byte[] file = NpzFiles.floats(new float[6], 2, 3);
        for (int place : places) {
            file[Math.floorMod(place, file.length)] = value;
        }
        refusesOrReads(file);
    }

    private static void refusesOrReads(byte[] file) throws IOException {
        try {
            NpyHeader header = NpyHeader.read(new ByteArrayInputStream(file));
            assertThat(header.shape()).hasSizeLessThanOrEqualTo(16).allMatch(size -> size >= 0);
        } catch (InvalidDatasetException | EOFException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private EvaluationData read(Path file, Evaluation evaluation, TensorInfo... inputs) {
        return EvaluationData.read(
                new DatasetFile(file, false), evaluation, SEED, List.of(inputs), 1 << 20, folder, 128);
    }

    /** Its index in the file, by what {@link #counting} wrote. */
    private static int sample(Dataset part, int i) {
        return (int) x(part, i).data().getFloat(0) / 2;
    }

    private static Tensor x(Dataset dataset, int sample) {
        return requireNonNull(dataset.sample(sample).get("x"));
    }

    private Path write(Map<String, byte[]> arrays) throws IOException {
        return NpzFiles.write(folder.resolve("dataset.npz"), arrays);
    }

    private static float[] counting(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return values;
    }

    private static Evaluation evaluation(int samples, int calibration) {
        return new Evaluation(new Evaluation.Dataset("oci://r/d:1", null), null, samples, calibration, null);
    }
}
