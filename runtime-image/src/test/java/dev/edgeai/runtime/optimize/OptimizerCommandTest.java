package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.Framework;
import dev.edgeai.runtime.cli.Environment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class OptimizerCommandTest {
    @TempDir
    Path folder;

    private final List<String> printed = new ArrayList<>();

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

    @Test
    void itRunsInTheTrialsFolderAndWhatItPrintsIsPassedOn() throws Exception {
        assertThat(run("echo in $(basename $PWD); test $PWD = $EDGEAI_WORK")).isEmpty();
        assertThat(printed).containsExactly("in " + folder.toRealPath().getFileName());
    }

    @Test
    void itsOwnReasonIsKept() throws Exception {
        String json = "{\"reason\":\"NoEffect\",\"message\":\"nothing to do\"}";

        assertThat(run("echo '" + json + "' > $EDGEAI_TERMINATION_LOG; exit 1"))
                .contains(new Failure("NoEffect", "nothing to do"));
    }

    @Test
    void withoutAReasonItsExitCodeIsTold() throws Exception {
        assertThat(run("exit 7"))
                .contains(new Failure("OptimizationFailed", "sh ended with 7 and left no reason; see what it printed"));
    }

    @Test
    void oneThatDoesNotEndIsEnded() throws Exception {
        assertThat(run("sleep 600 & wait", Duration.ofMillis(300)))
                .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo("DeadlineExceeded"));
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    @Test
    void oneThatIsNotThereIsNamed() throws Exception {
        OptimizerCommand command = new OptimizerCommand(List.of("/nowhere/optimize"));

        assertThat(command.run(folder, Duration.ofSeconds(20), printed::add))
                .hasValueSatisfying(failure ->
                        assertThat(failure.message()).startsWith("/nowhere/optimize could not be started: "));
    }

    private Optional<Failure> run(String script) throws IOException {
        return run(script, Duration.ofSeconds(20));
    }

    private Optional<Failure> run(String script, Duration timeout) throws IOException {
        Path file = Files.writeString(folder.resolve("optimize.sh"), script);
        return new OptimizerCommand(List.of("sh", file.toString())).run(folder.toRealPath(), timeout, printed::add);
    }
}
