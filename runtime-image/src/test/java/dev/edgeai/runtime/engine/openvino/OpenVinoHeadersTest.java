package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.testing.EngineLibraries;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.StructLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** What is written down by hand of OpenVINO's C API, against the headers that its libraries came with. */
class OpenVinoHeadersTest {
    private static CHeaders headers;

    @BeforeAll
    static void read() throws IOException {
        headers = CHeaders.read(EngineLibraries.openVino().resolveSibling("include/openvino/c"));
    }

    static Stream<StructLayout> structures() {
        return Stream.of(
                OpenVinoNative.VERSION, OpenVinoNative.SHAPE, OpenVinoNative.DIMENSION, OpenVinoNative.PARTIAL_SHAPE);
    }

    /** Layouts are equal when members, their names and sizes, and so their offsets are. */
    @ParameterizedTest
    @MethodSource("structures")
    void aStructureIsThatOfTheHeader(StructLayout layout) {
        assertThat(layout).isEqualTo(headers.structure(layout.name().orElseThrow()));
    }

    @Test
    void elementTypesHaveTheNumbersOfTheHeader() {
        List<String> constants = headers.enumeration("ov_element_type_e");
        Map<String, DataType> known = new TreeMap<>();
        for (int number = 0; number < constants.size(); number++) {
            String name = constants.get(number);
            OpenVinoPort.type(number).ifPresent(type -> known.put(name, type));
        }
        assertThat(known)
                .isEqualTo(Map.of(
                        "BOOLEAN", DataType.BOOL,
                        "F16", DataType.FP16,
                        "F32", DataType.FP32,
                        "F64", DataType.FP64,
                        "I8", DataType.INT8,
                        "I16", DataType.INT16,
                        "I32", DataType.INT32,
                        "I64", DataType.INT64,
                        "U8", DataType.UINT8));
    }
}
