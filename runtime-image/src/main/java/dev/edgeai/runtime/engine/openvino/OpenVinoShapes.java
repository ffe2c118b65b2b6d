package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The shapes that a model's inputs may have together. A compiled model of dynamic shapes does not look: where two inputs
 * contradict each other, or one is longer than the model's tables, OpenVINO 2026.4 reports success with the answer to the
 * request before, which may be another caller's, and has crashed later on. So shapes that are new are tried on the model
 * before it was compiled, which costs some milliseconds once.
 */
final class OpenVinoShapes implements AutoCloseable {
    /** Combinations that are remembered; beyond them each is tried anew. */
    private static final int MOST_KNOWN = 10_000;

    private final OpenVinoNative openVino;
    private final MemorySegment model;
    private final List<TensorInfo> inputs;
    private final boolean dynamic;
    private final Set<LongBuffer> known = ConcurrentHashMap.newKeySet();
    private boolean closed;

    /** Owns the model that was read. */
    OpenVinoShapes(OpenVinoNative openVino, MemorySegment model, List<TensorInfo> inputs) {
        this.openVino = openVino;
        this.model = model;
        this.inputs = inputs;
        dynamic = inputs.stream().anyMatch(input -> input.shape().contains(-1L));
        if (!dynamic) {
            close();
        }
    }

    /**
     * Tells whether the model takes these shapes.
     *
     * @param tensors in the order of the inputs, each fits its own
     * @throws InvalidInputException it does not
     */
    void check(Tensor[] tensors) {
        if (!dynamic) {
            return;
        }
        LongBuffer shapes = LongBuffer.wrap(Arrays.stream(tensors)
                .flatMapToLong(t -> Arrays.stream(t.shape()))
                .toArray());
        if (known.contains(shapes)) {
            return;
        }
        attempt(Arrays.stream(tensors).map(Tensor::shape).toList());
        if (known.size() < MOST_KNOWN) {
            known.add(shapes);
        }
    }

    private synchronized void attempt(List<long[]> shapes) {
        if (closed) {
            throw new EngineException("the model is closed");
        }
        try {
            openVino.reshape(model, shapes);
        } catch (EngineException e) {
            throw new InvalidInputException("the inputs' shapes do not go together in this model: "
                    + IntStream.range(0, shapes.size())
                            .mapToObj(i -> inputs.get(i).name() + " " + Arrays.toString(shapes.get(i)))
                            .collect(Collectors.joining(", "))
                    + " (" + lastLine(e) + ")");
        }
    }

    private static String lastLine(EngineException e) {
        List<String> lines = String.valueOf(e.getMessage()).strip().lines().toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            openVino.free("ov_model_free", model);
        }
    }
}
