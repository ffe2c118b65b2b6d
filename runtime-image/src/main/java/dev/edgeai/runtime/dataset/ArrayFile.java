package dev.edgeai.runtime.dataset;

import dev.edgeai.runtime.engine.TensorInfo;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An {@code .npz} dataset held against what a model takes: one array for each input, first axis the sample, {@code
 * labels}, and {@code calibration/<input>} arrays where the file marks its calibration samples.
 *
 * <p>An array with as many axes as the input has the samples in the place of its batch. One with an axis more has whole
 * inputs, as of a state whose batch is not its first axis, or of a scalar. {@code dataset.py} has the same rule.
 */
final class ArrayFile {
    private static final String LABELS = "labels";
    private static final String CALIBRATION = "calibration/";

    private final Npz npz;
    private final List<TensorInfo> inputs;
    private final int count;

    /**
     * Opens one.
     *
     * @param inputs what the model takes; each needs an array of its name and type
     * @param maxBytes largest dataset, unpacked
     * @throws InvalidDatasetException the file is malformed or does not fit the model
     */
    ArrayFile(Path file, List<TensorInfo> inputs, long maxBytes) {
        npz = Npz.open(file, maxBytes);
        this.inputs = List.copyOf(inputs);
        count = samples();
        inputs.forEach(input -> checkFits(input, npz.headers().get(input.name())));
    }

    /** How many samples there are, those marked for calibration not counted. */
    int count() {
        return count;
    }

    private int samples() {
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
        if (total > Integer.MAX_VALUE - 8) {
            throw new InvalidDatasetException("The dataset has " + total + " samples; at most 2^31 are read.");
        }
        return (int) Math.max(0, total);
    }

    /**
     * Whether the file has calibration samples of their own.
     *
     * @throws InvalidDatasetException it has them for some inputs only
     */
    boolean marksCalibration() {
        List<String> without = inputs.stream()
                .map(input -> CALIBRATION + input.name())
                .filter(name -> !npz.headers().containsKey(name))
                .toList();
        boolean any = npz.headers().keySet().stream().anyMatch(name -> name.startsWith(CALIBRATION));
        if (any && !without.isEmpty()) {
            throw new InvalidDatasetException("The dataset has arrays '" + CALIBRATION + "…' for some inputs, but none "
                    + without + "; add them or leave all out.");
        }
        return any;
    }

    /**
     * Samples of each input, in this order.
     *
     * @param wanted indices of samples, each once
     */
    Map<String, Npz.Rows> rows(int[] wanted) {
        Map<String, Npz.Rows> rows = new LinkedHashMap<>();
        inputs.forEach(input -> rows.put(input.name(), npz.rows(input.name(), wanted, Optional.empty())));
        return rows;
    }

    /**
     * The same, with a look at every value of the inputs, calibration included.
     *
     * @param notes told what is odd
     * @throws InvalidDatasetException a value is NaN or infinite
     */
    Map<String, Npz.Rows> checkedRows(int[] wanted, Consumer<String> notes) {
        Map<String, Npz.Rows> rows = new LinkedHashMap<>();
        inputs.forEach(input -> rows.put(input.name(), checked(input.name(), wanted, notes)));
        if (marksCalibration()) {
            inputs.forEach(input -> {
                checkFits(input, npz.headers().get(CALIBRATION + input.name()));
                checked(CALIBRATION + input.name(), new int[0], notes);
            });
        }
        return rows;
    }

    private Npz.Rows checked(String array, int[] wanted, Consumer<String> notes) {
        NpyHeader header = Objects.requireNonNull(npz.headers().get(array));
        ValueCheck check = new ValueCheck(
                array, header.type(), Math.toIntExact(header.shape().getFirst()));
        Npz.Rows rows = npz.rows(array, wanted, Optional.of(check));
        check.outlier().ifPresent(notes);
        return rows;
    }

    /** Inputs whose first axis, of 1, is the batch; the array has the samples in its place. */
    Set<String> batched() {
        return inputs.stream()
                .filter(input ->
                        batched(input, Objects.requireNonNull(npz.headers().get(input.name()))))
                .map(TensorInfo::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean batched(TensorInfo input, NpyHeader header) {
        List<Long> shape = input.shape();
        return header.shape().size() == shape.size()
                && !shape.isEmpty()
                && (shape.getFirst() == 1 || shape.getFirst() < 0);
    }

    private static void checkFits(TensorInfo input, @Nullable NpyHeader header) {
        if (header == null) {
            throw new InvalidDatasetException("The dataset has no array '" + input.name() + "'.");
        }
        List<Long> sample = header.shape().subList(1, header.shape().size());
        List<Long> wanted =
                batched(input, header) ? input.shape().subList(1, input.shape().size()) : input.shape();
        boolean fits = header.type() == input.type() && sample.size() == wanted.size();
        for (int i = 0; fits && i < wanted.size(); i++) {
            fits = wanted.get(i) < 0 || wanted.get(i).equals(sample.get(i));
        }
        if (!fits) {
            throw new InvalidDatasetException(
                    "The array '" + input.name() + "' holds " + header.type() + " samples of "
                            + sample + ", but the model takes " + input.type() + " " + input.shape()
                            + " (-1 is any size); the samples take the place of a first axis of 1 or any size, or come before all axes.");
        }
    }

    /**
     * The class of every sample; absent when the dataset is not labelled.
     *
     * @throws InvalidDatasetException there is not one for each, or one is no class
     */
    Optional<long[]> labels() {
        NpyHeader header = npz.headers().get(LABELS);
        if (header == null) {
            return Optional.empty();
        }
        long perSample = header.shape().stream().skip(1).reduce(1L, Math::multiplyExact);
        if (perSample != 1 || header.shape().isEmpty()) {
            throw new InvalidDatasetException(
                    "The labels have shape " + header.shape() + "; one class number for each sample is read.");
        }
        if (header.shape().getFirst() != count) {
            throw new InvalidDatasetException("The dataset has "
                    + header.shape().getFirst() + " labels for " + count + " samples; each sample needs one.");
        }
        Npz.Rows rows = npz.rows(LABELS, IntStream.range(0, count).toArray(), Optional.empty());
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            labels[i] = integer(rows, i);
            if (labels[i] < 0 || labels[i] >= AnswerReader.MAX_CLASSES) {
                throw new InvalidDatasetException("Label " + i + " is " + labels[i]
                        + "; labels are class numbers from 0, in the order of the model's scores.");
            }
        }
        return Optional.of(labels);
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
}
