package dev.edgeai.runtime.engine.openvino;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * Reads the inputs or outputs of a model as it was read from its file: a compiled one may have lost some of their names, and
 * has the same otherwise.
 */
final class OpenVinoPorts {
    private final OpenVinoNative openVino;
    private final MemorySegment model;
    private final String kind;
    private final Arena arena;

    private OpenVinoPorts(OpenVinoNative openVino, MemorySegment model, String kind, Arena arena) {
        this.openVino = openVino;
        this.model = model;
        this.kind = kind;
        this.arena = arena;
    }

    /** In the order of their indexes. */
    static List<OpenVinoPort> inputs(OpenVinoNative openVino, MemorySegment model, DeclaredNames declared) {
        return read(openVino, model, "input", declared.inputs());
    }

    /** In the order of their indexes. */
    static List<OpenVinoPort> outputs(OpenVinoNative openVino, MemorySegment model, DeclaredNames declared) {
        return read(openVino, model, "output", declared.outputs());
    }

    private static List<OpenVinoPort> read(
            OpenVinoNative openVino, MemorySegment model, String kind, List<String> declared) {
        try (Arena arena = Arena.ofConfined()) {
            OpenVinoPorts reader = new OpenVinoPorts(openVino, model, kind, arena);
            Map<String, List<String>> names = reader.declared(declared);
            Set<String> shown = new HashSet<>(); // where two outputs are one value they have the same names
            MemorySegment size = arena.allocate(JAVA_LONG);
            openVino.call(OpenVinoNative.PP, "ov_model_" + kind + "s_size", model, size);
            return LongStream.range(0, size.get(JAVA_LONG, 0))
                    .mapToObj(index -> reader.port(index, names, shown))
                    .toList();
        }
    }

    /** The declared names of each port, which is known by the name that OpenVINO tells of it. */
    private Map<String, List<String>> declared(List<String> names) {
        Map<String, List<String>> byTold = new LinkedHashMap<>();
        MemorySegment out = arena.allocate(ADDRESS);
        for (String name : names) {
            MemorySegment text = arena.allocateFrom(name);
            if (openVino.succeeds(OpenVinoNative.PPP, "ov_model_const_" + kind + "_by_name", model, text, out)) {
                MemorySegment port = out.get(ADDRESS, 0);
                try {
                    told(port)
                            .ifPresent(any -> byTold.computeIfAbsent(any, _ -> new ArrayList<>())
                                    .add(name));
                } finally {
                    openVino.free("ov_output_const_port_free", port);
                }
            }
        }
        return byTold;
    }

    private OpenVinoPort port(long index, Map<String, List<String>> declared, Set<String> shown) {
        MemorySegment out = arena.allocate(ADDRESS);
        openVino.call(OpenVinoNative.PLP, "ov_model_const_" + kind + "_by_index", model, index, out);
        MemorySegment port = out.get(ADDRESS, 0);
        try {
            MemorySegment type = arena.allocate(JAVA_INT);
            openVino.call(OpenVinoNative.PP, "ov_port_get_element_type", port, type);
            List<String> names = told(port)
                    .map(any -> Stream.concat(declared.getOrDefault(any, List.of()).stream(), Stream.of(any))
                            .distinct()
                            .toList())
                    .orElse(List.of());
            String name = names.stream().filter(shown::add).findFirst().orElse(kind + index);
            return new OpenVinoPort(name, ElementType.values()[type.get(JAVA_INT, 0)], shape(port), names);
        } finally {
            openVino.free("ov_output_const_port_free", port);
        }
    }

    /** One of a port's names; empty where it has none. */
    private Optional<String> told(MemorySegment port) {
        MemorySegment out = arena.allocate(ADDRESS);
        if (!openVino.succeeds(OpenVinoNative.PP, "ov_port_get_any_name", port, out)) {
            return Optional.empty();
        }
        String name = OpenVinoNative.text(out.get(ADDRESS, 0));
        openVino.free("ov_free", out.get(ADDRESS, 0));
        return Optional.of(name);
    }

    private List<Long> shape(MemorySegment port) {
        MemorySegment shape = arena.allocate(OpenVinoNative.PARTIAL_SHAPE);
        openVino.call(OpenVinoNative.PP, "ov_port_get_partial_shape", port, shape);
        long rank = shape.get(JAVA_LONG, OpenVinoNative.LEAST_RANK);
        if (rank != shape.get(JAVA_LONG, OpenVinoNative.GREATEST_RANK)) {
            openVino.free("ov_partial_shape_free", shape);
            return List.of();
        }
        MemorySegment dimensions =
                shape.get(ADDRESS, OpenVinoNative.DIMENSIONS).reinterpret(rank * OpenVinoNative.DIMENSION.byteSize());
        List<Long> dims = LongStream.range(0, rank)
                .map(i -> {
                    long at = i * OpenVinoNative.DIMENSION.byteSize();
                    long least = dimensions.get(JAVA_LONG, at + OpenVinoNative.LEAST);
                    return least == dimensions.get(JAVA_LONG, at + OpenVinoNative.GREATEST) ? least : -1;
                })
                .boxed()
                .toList();
        openVino.free("ov_partial_shape_free", shape);
        return dims;
    }
}
