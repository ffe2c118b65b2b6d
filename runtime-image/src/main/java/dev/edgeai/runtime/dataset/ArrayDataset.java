package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The evaluation split of an {@code .npz} dataset: the first {@code evaluation.samples} samples that are not kept for calibration.
 * Calibration samples are the {@code calibration/<input>} arrays, else the last {@code evaluation.calibrationSamples} of
 * the file; they are never read here.
 */
final class ArrayDataset implements Dataset {
    private static final String LABELS = "labels";
    private static final String CALIBRATION = "calibration/";

    private final Map<String, Npz.Rows> inputs;
    private final long[] labels;
    private final int size;

    private ArrayDataset(Map<String, Npz.Rows> inputs, long[] labels, int size) {
        this.inputs = inputs;
        this.labels = labels;
        this.size = size;
    }

    /**
     * Reads the evaluation split.
     *
     * @param file the {@code .npz} file
     * @param evaluation how many samples
     * @param inputs what the model takes; each needs an array of its name and type
     * @param maxBytes largest dataset, unpacked
     * @throws InvalidDatasetException the file is malformed or does not fit the model
     */
    static ArrayDataset read(Path file, Evaluation evaluation, List<TensorInfo> inputs, long maxBytes) {
        Npz npz = Npz.open(file, maxBytes);
        int size = evaluationSamples(npz, evaluation, inputs);
        Map<String, Npz.Rows> rows = new LinkedHashMap<>();
        for (TensorInfo input : inputs) {
            checkFits(input, npz.headers().get(input.name()));
            rows.put(input.name(), npz.rows(input.name(), size));
        }
        return new ArrayDataset(rows, labels(npz, size), size);
    }

    private static int evaluationSamples(Npz npz, Evaluation evaluation, List<TensorInfo> inputs) {
        long total = -1;
        for (TensorInfo input : inputs) {
            NpyHeader header = npz.headers().get(input.name());
            if (header == null || header.shape().isEmpty()) {
                throw new InvalidDatasetException("The model takes '" + input.name() + "', but the dataset has "
                        + npz.headers().keySet() + "; each input needs an array of its name, first axis the sample.");
            }
            long rows = header.shape().getFirst();
            if (total >= 0 && rows != total) {
                throw new InvalidDatasetException("The inputs of the dataset have different numbers of samples: '"
                        + input.name() + "' has " + rows + ", another " + total + ".");
            }
            total = rows;
        }
        boolean ownCalibration = npz.headers().keySet().stream().anyMatch(name -> name.startsWith(CALIBRATION));
        long left = ownCalibration ? total : total - evaluation.calibrationSamples();
        if (left < MIN_SAMPLES) {
            throw new InvalidDatasetException("The dataset has " + total + " samples"
                    + (ownCalibration ? "" : ", of which " + evaluation.calibrationSamples() + " are for calibration")
                    + "; at least " + MIN_SAMPLES + " must be left for the evaluation."
                    + " Add samples or lower evaluation.calibrationSamples.");
        }
        return (int) Math.min(left, evaluation.samples());
    }

    private static void checkFits(TensorInfo input, @Nullable NpyHeader header) {
        if (header == null) {
            throw new InvalidDatasetException("The dataset has no array '" + input.name() + "'.");
        }
        List<Long> sample = header.shape().subList(1, header.shape().size());
        List<Long> wanted = input.shape().isEmpty()
                ? List.of()
                : input.shape().subList(1, input.shape().size());
        boolean fits = header.type() == input.type() && sample.size() == wanted.size();
        for (int i = 0; fits && i < wanted.size(); i++) {
            fits = wanted.get(i) < 0 || wanted.get(i).equals(sample.get(i));
        }
        if (!fits) {
            throw new InvalidDatasetException("The array '" + input.name() + "' holds " + header.type() + " samples of "
                    + sample + ", but the model takes " + input.type() + " " + input.shape()
                    + " (first axis the sample, -1 any size).");
        }
    }

    private static long[] labels(Npz npz, int size) {
        NpyHeader header = npz.headers().get(LABELS);
        if (header == null) {
            return new long[0];
        }
        long perSample = header.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
        if (perSample != 1) {
            throw new InvalidDatasetException(
                    "The labels have shape " + header.shape() + "; one class number for each sample is read.");
        }
        Npz.Rows rows = npz.rows(LABELS, size);
        long[] labels = new long[size];
        for (int i = 0; i < size; i++) {
            labels[i] = integer(rows, i);
            if (labels[i] < 0 || labels[i] >= AnswerReader.MAX_CLASSES) {
                throw new InvalidDatasetException("Label " + i + " is " + labels[i]
                        + "; labels are class numbers from 0, in the order of the model's scores.");
            }
        }
        return labels;
    }

    private static long integer(Npz.Rows rows, int index) {
        MemorySegment data = rows.data();
        return switch (rows.type()) {
            case BOOL, UINT8 -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, index));
            case UINT16 -> Short.toUnsignedLong(data.getAtIndex(ValueLayout.JAVA_SHORT, index));
            case UINT32 -> Integer.toUnsignedLong(data.getAtIndex(ValueLayout.JAVA_INT, index));
            case INT8 -> data.get(ValueLayout.JAVA_BYTE, index);
            case INT16 -> data.getAtIndex(ValueLayout.JAVA_SHORT, index);
            case INT32 -> data.getAtIndex(ValueLayout.JAVA_INT, index);
            case INT64, UINT64 -> data.getAtIndex(ValueLayout.JAVA_LONG, index);
            case FP16, FP32, FP64 ->
                throw new InvalidDatasetException("The labels are " + rows.type() + "; save class numbers as int64.");
        };
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Map<String, Tensor> sample(int index) {
        Map<String, Tensor> sample = HashMap.newHashMap(inputs.size());
        inputs.forEach((name, rows) -> sample.put(name, tensor(rows, index)));
        return sample;
    }

    private static Tensor tensor(Npz.Rows rows, int index) {
        long[] shape = new long[rows.rowShape().size() + 1];
        shape[0] = 1;
        for (int i = 1; i < shape.length; i++) {
            shape[i] = rows.rowShape().get(i - 1);
        }
        MemorySegment row = rows.data().asSlice((long) index * rows.rowBytes(), rows.rowBytes());
        return new Tensor(rows.type(), shape, row.asByteBuffer().order(ByteOrder.nativeOrder()));
    }

    @Override
    public Optional<long[]> labels() {
        return labels.length == 0 ? Optional.empty() : Optional.of(labels.clone());
    }
}
