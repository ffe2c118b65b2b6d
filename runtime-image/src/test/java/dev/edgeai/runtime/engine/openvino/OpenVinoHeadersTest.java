package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.runtime.testing.EngineLibraries;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.StructLayout;
import java.util.Arrays;
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
        assertThat(headers.enumeration("ov_element_type_e"))
                .isEqualTo(Arrays.stream(ElementType.values()).map(Enum::name).toList());
    }
}
