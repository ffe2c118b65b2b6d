package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Samples of an {@code .npz} file. */
final class ArrayDataset implements Dataset {
    private final Map<String, Npz.Rows> inputs;
    private final Set<String> batched;
    private final Optional<long[]> labels;
    private final int offset;
    private final int size;

    /**
     * A stretch of rows that were read.
     *
     * @param batched inputs with a first axis of 1 that their rows do not have
     * @param labels of the stretch
     */
    private ArrayDataset(
            Map<String, Npz.Rows> inputs, Set<String> batched, Optional<long[]> labels, int offset, int size) {
        this.inputs = inputs;
        this.batched = batched;
        this.labels = labels;
        this.offset = offset;
        this.size = size;
    }

    /** See {@link EvaluationData#read}. */
    static EvaluationData read(Path file, Evaluation evaluation, long seed, List<TensorInfo> inputs, long maxBytes) {
        ArrayFile samples = new ArrayFile(file, inputs, maxBytes);
        int calibration = samples.marksCalibration() ? 0 : evaluation.calibrationSamples();
        if (samples.count() - calibration < MIN_SAMPLES) {
            throw new InvalidDatasetException("The dataset has " + samples.count() + " samples"
                    + (calibration == 0 ? "" : ", of which " + calibration + " are for calibration")
                    + "; at least " + MIN_SAMPLES + " must be left for the evaluation."
                    + " Add samples or lower evaluation.calibrationSamples.");
        }
        Optional<long[]> labels = samples.labels();
        Split split = Split.of(samples.count(), labels.orElse(null), calibration, evaluation, seed);
        int choice = split.choice().length;
        int heldOut = split.heldOut().length;
        int[] both = IntStream.concat(Arrays.stream(split.choice()), Arrays.stream(split.heldOut()))
                .toArray();
        List<String> notes = new ArrayList<>();
        Map<String, Npz.Rows> rows = samples.checkedRows(both, notes::add);
        return new EvaluationData(
                new ArrayDataset(rows, samples.batched(), labels.map(all -> at(all, split.choice())), 0, choice),
                new ArrayDataset(rows, samples.batched(), labels.map(all -> at(all, split.heldOut())), choice, heldOut),
                notes);
    }

    private static long[] at(long[] labels, int[] indices) {
        return Arrays.stream(indices).mapToLong(i -> labels[i]).toArray();
    }

    /** See {@link Dataset#first}. */
    static Dataset first(Path file, int most, List<TensorInfo> inputs, long maxBytes) {
        ArrayFile samples = new ArrayFile(file, inputs, maxBytes);
        int size = Math.min(most, samples.count());
        return new ArrayDataset(
                samples.rows(IntStream.range(0, size).toArray()), samples.batched(), Optional.empty(), 0, size);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Map<String, Tensor> sample(int index) {
        Map<String, Tensor> sample = HashMap.newHashMap(inputs.size());
        inputs.forEach((name, rows) -> sample.put(name, tensor(rows, batched.contains(name), offset + index)));
        return sample;
    }

    private static Tensor tensor(Npz.Rows rows, boolean batched, int index) {
        long[] shape = LongStream.concat(
                        batched ? LongStream.of(1) : LongStream.empty(),
                        rows.rowShape().stream().mapToLong(Long::longValue))
                .toArray();
        MemorySegment row = rows.data().asSlice((long) index * rows.rowBytes(), rows.rowBytes());
        return new Tensor(rows.type(), shape, row.asByteBuffer().order(ByteOrder.nativeOrder()));
    }

    @Override
    public Optional<long[]> labels() {
        return labels.map(long[]::clone);
    }
}
