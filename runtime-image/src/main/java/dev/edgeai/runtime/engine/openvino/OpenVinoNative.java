package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.Tensor;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The part of OpenVINO's C API ({@code openvino/c/*.h}, 2026.4) that is used here. Functions that return a pointer by
 * reference return it; a status other than 0 becomes an {@link EngineException} with OpenVINO's own message.
 */
final class OpenVinoNative {
    /** Folder of {@code libopenvino_c.so} and its plugins. */
    static final String DIRECTORY_VARIABLE = "OPENVINO_LIB_DIR";

    static final String DIRECTORY_PROPERTY = "edgeai.openvino.lib.dir";

    // Structures with the names of the headers, which OpenVinoHeadersTest compares them with.
    static final StructLayout VERSION = MemoryLayout.structLayout(
                    ADDRESS.withName("buildNumber"), ADDRESS.withName("description"))
            .withName("ov_version_t");

    static final StructLayout SHAPE = MemoryLayout.structLayout(JAVA_LONG.withName("rank"), ADDRESS.withName("dims"))
            .withName("ov_shape_t");

    static final StructLayout DIMENSION = MemoryLayout.structLayout(
                    JAVA_LONG.withName("min"), JAVA_LONG.withName("max"))
            .withName("ov_dimension_t");

    static final StructLayout PARTIAL_SHAPE = MemoryLayout.structLayout(
                    DIMENSION.withName("rank"), ADDRESS.withName("dims"))
            .withName("ov_partial_shape_t");

    static final long SHAPE_RANK = offset(SHAPE, "rank");
    static final long SHAPE_DIMENSIONS = offset(SHAPE, "dims");
    static final long LEAST_RANK = offset(PARTIAL_SHAPE, "rank", "min");
    static final long GREATEST_RANK = offset(PARTIAL_SHAPE, "rank", "max");
    static final long DIMENSIONS = offset(PARTIAL_SHAPE, "dims");
    static final long LEAST = offset(DIMENSION, "min");
    static final long GREATEST = offset(DIMENSION, "max");

    // Handles by signature, the function's address being the first argument: constants for the compiler.
    private static final MethodHandle P = status(ADDRESS);
    static final MethodHandle PP = status(ADDRESS, ADDRESS);
    static final MethodHandle PPP = status(ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle PPPP = status(ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle PLP = status(ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle PPPL = status(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle PPPLPP = status(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle HOST_TENSOR = status(JAVA_INT, SHAPE, ADDRESS, ADDRESS);
    private static final MethodHandle FREE = Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle TEXT = Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle TEXT_OF_STATUS =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private static final int INVALID_PARAMETER = -14; // INVALID_C_PARAM

    /**
     * Statuses of the C wrapper itself: wrong parameters, an unknown error, a function that is not there. It leaves no
     * message, and the last one is of another call.
     */
    private static final Set<Integer> TELL_NOTHING = Set.of(INVALID_PARAMETER, -15, -16);

    private final SymbolLookup symbols;
    private final MemorySegment infer;
    private final MemorySegment hostTensor;
    private final MemorySegment setInput;
    private final MemorySegment getOutput;
    private final MemorySegment tensorData;
    private final MemorySegment tensorShape;
    private final MemorySegment shapeFree;
    private final MemorySegment tensorFree;

    private OpenVinoNative(SymbolLookup symbols) {
        this.symbols = symbols;
        infer = function("ov_infer_request_infer");
        hostTensor = function("ov_tensor_create_from_host_ptr");
        setInput = function("ov_infer_request_set_input_tensor_by_index");
        getOutput = function("ov_infer_request_get_output_tensor_by_index");
        tensorData = function("ov_tensor_data");
        tensorShape = function("ov_tensor_get_shape");
        shapeFree = function("ov_shape_free");
        tensorFree = function("ov_tensor_free");
    }

    /** Loads the library from {@value #DIRECTORY_VARIABLE}, else from the system property. */
    static OpenVinoNative load() {
        @Nullable String variable = System.getenv(DIRECTORY_VARIABLE);
        @Nullable String directory = variable != null ? variable : System.getProperty(DIRECTORY_PROPERTY);
        if (directory == null) {
            throw new EngineException("OpenVINO is not installed here: set " + DIRECTORY_VARIABLE
                    + " to the folder that holds libopenvino_c.so and its plugins");
        }
        try (Stream<Path> files = Files.list(Path.of(directory))) {
            Path file = files.filter(f -> f.getFileName().toString().startsWith("libopenvino_c.so"))
                    .min(Path::compareTo)
                    .orElseThrow(() -> new EngineException("no libopenvino_c.so in " + directory));
            return new OpenVinoNative(SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IOException | IllegalArgumentException e) {
            throw new EngineException("cannot load OpenVINO from " + directory + ": " + e.getMessage(), e);
        }
    }

    private static long offset(StructLayout structure, String... path) {
        return structure.byteOffset(
                Arrays.stream(path).map(PathElement::groupElement).toArray(PathElement[]::new));
    }

    private static MethodHandle status(MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private MemorySegment function(String name) {
        return symbols.find(name)
                .orElseThrow(() -> new EngineException("this OpenVINO has no " + name + "; 2026.4 or newer is needed"));
    }

    String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment version = arena.allocate(VERSION);
            call(P, "ov_get_openvino_version", version);
            String build = text(version.get(ADDRESS, offset(VERSION, "buildNumber")));
            FREE.invokeExact(function("ov_version_free"), version);
            return build;
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    MemorySegment createCore() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            call(P, "ov_core_create", out);
            return out.get(ADDRESS, 0);
        }
    }

    MemorySegment readModel(MemorySegment core, Path file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            call(PPPP, "ov_core_read_model", core, arena.allocateFrom(file.toString()), MemorySegment.NULL, out);
            return out.get(ADDRESS, 0);
        }
    }

    /** Gives each input, by its index, a shape; the model is as before when it does not take them. */
    void reshape(MemorySegment model, List<long[]> shapes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment indexes = arena.allocateFrom(
                    JAVA_LONG, LongStream.range(0, shapes.size()).toArray());
            MemorySegment partial = arena.allocate(PARTIAL_SHAPE, shapes.size());
            for (int i = 0; i < shapes.size(); i++) {
                long[] shape = shapes.get(i);
                MemorySegment pairs = arena.allocateFrom(
                        JAVA_LONG,
                        Arrays.stream(shape).flatMap(d -> LongStream.of(d, d)).toArray());
                long at = i * PARTIAL_SHAPE.byteSize();
                partial.set(JAVA_LONG, at + LEAST_RANK, shape.length);
                partial.set(JAVA_LONG, at + GREATEST_RANK, shape.length);
                partial.set(ADDRESS, at + DIMENSIONS, pairs);
            }
            call(PPPL, "ov_model_reshape_by_port_indexes", model, indexes, partial, (long) shapes.size());
        }
    }

    MemorySegment compile(MemorySegment core, MemorySegment model, Map<String, String> properties) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pairs = arena.allocate(ADDRESS, 2L * properties.size());
            long index = 0;
            for (Map.Entry<String, String> property : properties.entrySet()) {
                pairs.setAtIndex(ADDRESS, index++, arena.allocateFrom(property.getKey()));
                pairs.setAtIndex(ADDRESS, index++, arena.allocateFrom(property.getValue()));
            }
            MemorySegment out = arena.allocate(ADDRESS);
            call(
                    PPPLPP,
                    "ov_core_compile_model_props",
                    core,
                    model,
                    arena.allocateFrom("CPU"),
                    (long) properties.size(),
                    pairs,
                    out);
            return out.get(ADDRESS, 0);
        }
    }

    MemorySegment createRequest(MemorySegment compiled) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            call(PP, "ov_compiled_model_create_infer_request", compiled, out);
            return out.get(ADDRESS, 0);
        }
    }

    /** The hot path: {@code out} is scratch memory of one pointer. */
    void setInput(
            MemorySegment request,
            long index,
            ElementType type,
            MemorySegment shape,
            MemorySegment data,
            MemorySegment out) {
        try {
            check((int) HOST_TENSOR.invokeExact(hostTensor, type.ordinal(), shape, data, out));
            MemorySegment tensor = out.get(ADDRESS, 0);
            int status = (int) PLP.invokeExact(setInput, request, index, tensor);
            FREE.invokeExact(tensorFree, tensor);
            check(status);
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    void infer(MemorySegment request) {
        try {
            check((int) P.invokeExact(infer, request));
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    /** A copy of an output of the last inference. {@code shape} is scratch of {@link #SHAPE}. */
    Tensor output(MemorySegment request, long index, DataType type, MemorySegment shape, MemorySegment out) {
        try {
            check((int) PLP.invokeExact(getOutput, request, index, out));
            MemorySegment tensor = out.get(ADDRESS, 0);
            try {
                long[] dimensions = dimensions(tensor, shape);
                long elements = Arrays.stream(dimensions).reduce(1, Math::multiplyExact);
                byte[] copy = new byte[Math.toIntExact(Math.multiplyExact(elements, type.bytes()))];
                if (copy.length > 0) {
                    check((int) PP.invokeExact(tensorData, tensor, out));
                    MemorySegment data = out.get(ADDRESS, 0).reinterpret(copy.length);
                    MemorySegment.copy(data, JAVA_BYTE, 0, copy, 0, copy.length);
                }
                return new Tensor(type, dimensions, ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder()));
            } finally {
                FREE.invokeExact(tensorFree, tensor);
            }
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    /** None for a scalar, whose shape the C API cannot give: it calls its own parameters wrong. */
    private long[] dimensions(MemorySegment tensor, MemorySegment shape) throws Throwable {
        int status = (int) PP.invokeExact(tensorShape, tensor, shape);
        if (status == INVALID_PARAMETER) {
            return new long[0];
        }
        check(status);
        long rank = shape.get(JAVA_LONG, SHAPE_RANK);
        long[] copy = shape.get(ADDRESS, SHAPE_DIMENSIONS)
                .reinterpret(rank * JAVA_LONG.byteSize())
                .toArray(JAVA_LONG);
        check((int) P.invokeExact(shapeFree, shape));
        return copy;
    }

    void free(String function, MemorySegment pointer) {
        try {
            FREE.invokeExact(function(function), pointer);
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    /** Off the hot path: any function by name. */
    void call(MethodHandle signature, String function, Object... arguments) {
        check(statusOf(signature, function, arguments));
    }

    /** The same of one that may fail. */
    boolean succeeds(MethodHandle signature, String function, Object... arguments) {
        return statusOf(signature, function, arguments) == 0;
    }

    private int statusOf(MethodHandle signature, String function, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = function(function);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return (int) signature.invokeWithArguments(all);
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    private void check(int status) {
        if (status == 0) {
            return;
        }
        try {
            String kind = text((MemorySegment) TEXT_OF_STATUS.invokeExact(function("ov_get_error_info"), status));
            String message = TELL_NOTHING.contains(status)
                    ? ""
                    : text((MemorySegment) TEXT.invokeExact(function("ov_get_last_err_msg")));
            throw new EngineException("OpenVINO: " + (message.isBlank() ? kind : message.strip()));
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    static String text(MemorySegment pointer) {
        return pointer.equals(MemorySegment.NULL)
                ? ""
                : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static RuntimeException wrap(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new EngineException("calling OpenVINO failed", e);
    }
}
