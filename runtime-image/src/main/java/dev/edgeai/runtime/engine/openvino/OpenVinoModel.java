package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InputCheck;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** A compiled model with a pool of infer requests, each used by one thread at a time. */
final class OpenVinoModel implements LoadedModel {
    /** With one stream OpenVINO runs one inference at a time; the second request prepares while the first runs. */
    private static final int REQUESTS = 2;

    private final OpenVinoNative openVino;
    private final MemorySegment compiled;
    private final List<OpenVinoPort> ports;
    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;
    private final InputCheck check;
    private final OpenVinoShapes shapes;
    private final Semaphore permits = new Semaphore(REQUESTS, true);
    private final ConcurrentLinkedDeque<Request> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    private OpenVinoModel(
            OpenVinoNative openVino,
            MemorySegment model,
            MemorySegment compiled,
            List<OpenVinoPort> ports,
            List<TensorInfo> outputs) {
        this.openVino = openVino;
        this.compiled = compiled;
        this.ports = ports;
        this.inputs = ports.stream().map(OpenVinoPort::info).toList();
        this.outputs = outputs;
        check = new InputCheck(inputs);
        shapes = new OpenVinoShapes(openVino, model, inputs);
    }

    /** Owns the compiled model from here on, even when this fails, and the one it is made of when it does not. */
    static OpenVinoModel open(
            OpenVinoNative openVino, MemorySegment model, MemorySegment compiled, DeclaredNames declared) {
        try {
            List<TensorInfo> outputs = OpenVinoPorts.outputs(openVino, model, declared).stream()
                    .map(OpenVinoPort::info)
                    .toList();
            return new OpenVinoModel(
                    openVino, model, compiled, OpenVinoPorts.inputs(openVino, model, declared), outputs);
        } catch (RuntimeException e) {
            openVino.free("ov_compiled_model_free", compiled);
            throw e;
        }
    }

    @Override
    public List<TensorInfo> inputs() {
        return inputs;
    }

    @Override
    public List<TensorInfo> outputs() {
        return outputs;
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> tensors) {
        Tensor[] ordered = check.inOrder(tensors);
        shapes.check(ordered);
        permits.acquireUninterruptibly();
        try {
            if (closed) {
                throw new EngineException("the model is closed");
            }
            Request request = idle.poll();
            if (request == null) {
                request = new Request();
            }
            try {
                return request.infer(ordered);
            } finally {
                idle.push(request);
            }
        } finally {
            permits.release();
        }
    }

    /** Waits for inferences in flight. */
    @Override
    public void close() {
        permits.acquireUninterruptibly(REQUESTS);
        try {
            if (!closed) {
                closed = true;
                idle.forEach(Request::close);
                idle.clear();
                openVino.free("ov_compiled_model_free", compiled);
                shapes.close();
            }
        } finally {
            permits.release(REQUESTS);
        }
    }

    /** An infer request with scratch memory, so that an inference allocates its answer and nothing else. */
    private final class Request {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment request = openVino.createRequest(compiled);
        private final MemorySegment shape = arena.allocate(OpenVinoNative.SHAPE);
        private final MemorySegment pointer = arena.allocate(ADDRESS);
        private final MemorySegment dimensions = arena.allocate(
                JAVA_LONG,
                Math.max(
                        1, inputs.stream().mapToInt(i -> i.shape().size()).max().orElse(0)));

        Map<String, Tensor> infer(Tensor[] tensors) {
            for (int i = 0; i < ports.size(); i++) {
                OpenVinoPort port = ports.get(i);
                Tensor tensor = tensors[i];
                long[] dims = tensor.shape();
                MemorySegment.copy(dims, 0, dimensions, JAVA_LONG, 0, dims.length);
                shape.set(JAVA_LONG, OpenVinoNative.SHAPE_RANK, dims.length);
                shape.set(ADDRESS, OpenVinoNative.SHAPE_DIMENSIONS, dimensions);
                MemorySegment data = MemorySegment.ofBuffer(tensor.data());
                openVino.setInput(request, i, port.elementType(), shape, data, pointer);
            }
            openVino.infer(request);
            // The native side reads the callers' buffers up to here; this keeps them alive.
            Reference.reachabilityFence(tensors);
            Map<String, Tensor> answer = HashMap.newHashMap(outputs.size());
            for (int i = 0; i < outputs.size(); i++) {
                TensorInfo output = outputs.get(i);
                answer.put(output.name(), openVino.output(request, i, output.type(), shape, pointer));
            }
            return answer;
        }

        void close() {
            openVino.free("ov_infer_request_free", request);
            arena.close();
        }
    }
}
