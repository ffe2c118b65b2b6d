package dev.edgeai.runtime;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/** An engine's version stands in the root {@code pom.xml}; images and optimizers, which cannot read it, have the same. */
class NativeVersionsTest {
    @ParameterizedTest
    @CsvSource({
        "openvino, Dockerfile, ARG OPENVINO_VERSION=",
        "openvino, optimizers/openvino/requirements.txt, openvino==",
        "onnxruntime, optimizers/onnxruntime/requirements.txt, onnxruntime==",
        "onnxruntime, optimizers/olive/requirements.txt, onnxruntime==",
        "node-llama-cpp, Dockerfile, ARG LLAMA_PACKAGE=",
        "node-llama-cpp, optimizers/llamacpp/tools, version=",
    })
    void anEngineHasOneVersionEverywhere(String engine, String file, String before) throws IOException {
        String version = requireNonNull(System.getProperty("edgeai." + engine + ".version"));

        assertThat(lineAfter(Path.of(file), before)).isEqualTo(version);
    }

    private static String lineAfter(Path file, String before) throws IOException {
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(before) + "(.*)$").matcher(Files.readString(file));
        assertThat(line.find()).as("a line '%s' in %s", before, file).isTrue();
        return line.group(1);
    }
}
