package dev.edgeai.runtime.optimize;

import dev.edgeai.runtime.pod.ChildProgram;
import dev.edgeai.runtime.testing.NpzFiles;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code edgeai optimize} that is told to end while it measures, by SIGTERM. */
class EndedRunTest {
    private static final String RUN = """
            apiVersion: edgeai.dev/v1alpha1
            kind: OptimizationRun
            metadata: {name: digits}
            spec:
              source: {uri: "oci://registry.example/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry.example/digits-data:1"}, samples: 100, calibrationSamples: 20}
              search: {frameworks: [OnnxRuntime]}
              accelerator: some-cpu
            """;

    @TempDir
    Path folder;

    @Test
    void nothingThatItStartedGoesOn() throws Exception {
        Path manifest = Files.writeString(folder.resolve("run.yaml"), RUN);
        Path model = OnnxModels.write(folder.resolve("model"), OnnxModels.linear(new float[][] {{1, 2}, {3, 4}}));
        Path data = NpzFiles.write(folder.resolve("data.npz"), Map.of("x", NpzFiles.gaussians(1, 200, 2)));
        List<String> command = ChildProgram.command(
                List.of("--enable-native-access=ALL-UNNAMED"),
                List.of(
                        "optimize",
                        "-f",
                        manifest.toString(),
                        "--source",
                        model.toString(),
                        "--dataset",
                        data.toString(),
                        "--into",
                        folder.resolve("into").toString(),
                        "--time-cap",
                        "60s"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("EDGEAI_OPTIMIZER_ONNXRUNTIME", "/never/called");
        Process run = builder.start();
        List<ProcessHandle> all = List.of();
        try {
            String progress = run.inputReader()
                    .lines()
                    .filter(line -> line.startsWith("  "))
                    .findFirst()
                    .orElseThrow();
            all = run.descendants().toList();
            assertThat(all).as("measures: " + progress).isNotEmpty();

            run.destroy();

            assertThat(run.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(all).noneMatch(ProcessHandle::isAlive);
        } finally {
            all.forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
    }
}
