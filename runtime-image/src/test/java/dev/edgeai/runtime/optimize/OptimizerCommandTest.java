package dev.edgeai.runtime.optimize;

import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.runtime.pod.Environment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class OptimizerCommandTest {
    @TempDir
    Path folder;

    @Test
    void theVariableGoesBeforeThePath() throws Exception {
        Path onPath = Files.createFile(folder.resolve("optimize-openvino"));
        assertThat(onPath.toFile().setExecutable(true)).isTrue();
        Map<String, String> variables = Map.of("PATH", "/nowhere:" + folder, "EDGEAI_OPTIMIZER_ONNXRUNTIME", "a  b c");

        assertThat(OptimizerCommand.installed(new Environment(variables)))
                .containsOnly(
                        Map.entry(Framework.OPENVINO, new OptimizerCommand(List.of(onPath.toString()))),
                        Map.entry(Framework.ONNX_RUNTIME, new OptimizerCommand(List.of("a", "b", "c"))));
        assertThat(OptimizerCommand.installed(
                        new Environment(Map.of("PATH", folder.toString(), "EDGEAI_OPTIMIZER_OPENVINO", "mine"))))
                .containsEntry(Framework.OPENVINO, new OptimizerCommand(List.of("mine")));
    }
}
