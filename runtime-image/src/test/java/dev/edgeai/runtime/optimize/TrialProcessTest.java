package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class TrialProcessTest {
    @TempDir
    Path folder;

    private final List<String> printed = new ArrayList<>();

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
    void aCrashIsToldAsOne() throws Exception {
        assertThat(run("kill -SEGV $$")).hasValueSatisfying(failure -> {
            assertThat(failure.reason()).isEqualTo("OptimizationFailed");
            assertThat(failure.message()).startsWith("sh was ended by signal 11, as after a crash in native code");
        });
    }

    @Test
    void whatAnEarlierStepLeftIsNotTakenForItsOwn() throws Exception {
        run("echo '{\"reason\":\"NoEffect\",\"message\":\"before\"}' > $EDGEAI_TERMINATION_LOG; exit 1");

        assertThat(run("exit 7"))
                .hasValueSatisfying(failure -> assertThat(failure.message()).contains("ended with 7"));
    }

    @Test
    void oneThatDoesNotEndIsEnded() throws Exception {
        assertThat(run("sleep 600 & wait", Duration.ofMillis(300)))
                .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo("DeadlineExceeded"));
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    @Test
    void oneThatIsNotThereIsNamed() throws Exception {
        TrialProcess command = process(List.of("/nowhere/optimize"));

        assertThat(command.run(folder, Duration.ofSeconds(20), printed::add))
                .hasValueSatisfying(failure ->
                        assertThat(failure.message()).startsWith("/nowhere/optimize could not be started: "));
    }

    private Optional<Failure> run(String script) throws IOException {
        return run(script, Duration.ofSeconds(20));
    }

    private Optional<Failure> run(String script, Duration timeout) throws IOException {
        Path file = Files.writeString(folder.resolve("optimize.sh"), script);
        return process(List.of("sh", file.toString())).run(folder.toRealPath(), timeout, printed::add);
    }

    private static TrialProcess process(List<String> words) {
        return new TrialProcess(words, FailureReason.OPTIMIZATION_FAILED);
    }
}
