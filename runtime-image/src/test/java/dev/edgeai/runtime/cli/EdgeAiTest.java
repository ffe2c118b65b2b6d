package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.TerminationMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class EdgeAiTest {
    @TempDir
    Path folder;

    private Path terminationLog;
    private Environment environment;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void makeTerminationLog() throws Exception {
        terminationLog = Files.createFile(folder.resolve("termination-log"));
        environment = new Environment(Map.of(Environment.TERMINATION_LOG, terminationLog.toString()));
    }

    @Test
    void aResultIsPrintedAndLeftAsTerminationMessage() throws Exception {
        int code = run(() -> ExitCode.DONE, "try", "-o", "json");

        assertThat(code).isZero();
        assertThat(out.toString().strip()).isEqualTo("{\"digest\":\"sha256:1\"}");
        assertThat(Json.read(Files.readString(terminationLog), CertificateResult.class))
                .isEqualTo(new CertificateResult("sha256:1", null));
    }

    @Test
    void aFailureExitsWithOneAndLeavesItsReason() throws Exception {
        int code = run(
                () -> {
                    throw new RuntimeFailure(FailureReason.SOURCE_NOT_FOUND, "No such model.");
                },
                "try");

        assertThat(code).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("edgeai try: SourceNotFound: No such model.");
        assertThat(Json.read(Files.readString(terminationLog), Failure.class))
                .isEqualTo(new Failure("SourceNotFound", "No such model."));
    }

    @Test
    void aGateThatSaysNoExitsWithThree() {
        int code = run(
                () -> {
                    throw new RuntimeFailure(FailureReason.GATE_REFUSED, "minSpeedup 1.2 is under 2.0.");
                },
                "try");

        assertThat(code).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void anUnexpectedExceptionIsAnInternalError() throws Exception {
        int code = run(
                () -> {
                    throw new IllegalStateException("x".repeat(5_000));
                },
                "try");

        assertThat(code).isEqualTo(ExitCode.FAILED);
        Failure failure = Json.read(Files.readString(terminationLog), Failure.class);
        assertThat(failure.reason()).isEqualTo("InternalError");
        assertThat(failure.message()).hasSize(1_000).startsWith("java.lang.IllegalStateException: xxx");
    }

    @ParameterizedTest
    @MethodSource
    void anUnexpectedErrorLeavesItsRemedyToo(Throwable thrown, String reason, String remedy) throws Exception {
        int code = run(
                () -> {
                    switch (thrown) {
                        case Error error -> throw error;
                        default -> throw (Exception) thrown;
                    }
                },
                "try");

        assertThat(code).isEqualTo(ExitCode.FAILED);
        Failure failure = Json.read(Files.readString(terminationLog), Failure.class);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.message()).contains(remedy);
        assertThat(err.toString()).contains(reason);
    }

    static Stream<Arguments> anUnexpectedErrorLeavesItsRemedyToo() {
        return Stream.of(
                arguments(new OutOfMemoryError("Java heap space"), "OutOfMemory", "(Java heap space); give the"),
                arguments(
                        new ExecutionException(new OutOfMemoryError("Metaspace")),
                        "OutOfMemory",
                        "(Metaspace); give the"),
                arguments(new UnsatisfiedLinkError("libonnx.so: no"), "InternalError", "for this node's processor"),
                arguments(new NoClassDefFoundError("Could not initialize"), "InternalError", "library could not"),
                arguments(new StackOverflowError(), "InternalError", "java.lang.StackOverflowError"),
                arguments(
                        new UncheckedIOException(new FileSystemException("/models/x", null, "No space left on device")),
                        "DiskFull",
                        "free room on the node"),
                arguments(new IOException("Disk quota exceeded"), "DiskFull", "(Disk quota exceeded)"),
                arguments(new IOException("connection reset"), "InternalError", "connection reset"));
    }

    @Test
    void aWrongOptionExitsWithTwoAndPointsToHelp() {
        int code = run(() -> ExitCode.DONE, "try", "--nonsense");

        assertThat(code).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(err.toString()).contains("'--nonsense'").contains("Try 'edgeai try --help'");
    }

    @Test
    void aMissingVariableExitsWithTwoAndNamesIt() {
        int code = run(() -> environment.require("EDGEAI_TRIAL_SPEC").length(), "try");

        assertThat(code).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(err.toString()).contains("EDGEAI_TRIAL_SPEC");
    }

    @Test
    void everyVerbHasHelpAndADescription() {
        for (CommandLine verb : EdgeAi.commandLine(environment).getSubcommands().values()) {
            assertThat(verb.getCommandSpec().usageMessage().description())
                    .as(verb.getCommandName())
                    .isNotEmpty();
            assertThat(verb.getCommandSpec().findOption("--help"))
                    .as(verb.getCommandName())
                    .isNotNull();
        }
        assertThat(EdgeAi.run(environment, "--help")).isZero();
        assertThat(EdgeAi.run(environment)).isEqualTo(ExitCode.WRONG_USAGE);
    }

    @Test
    void aMessageThatTheKubeletWouldCutIsRefused() {
        TerminationMessage message = environment.terminationMessage();

        assertThatThrownBy(() -> message.write(new CertificateResult("x".repeat(4_096), null)))
                .isInstanceOf(RuntimeFailure.class)
                .hasMessageContaining("4096 bytes");
        assertThat(terminationLog).isEmptyFile();
    }

    private int run(Callable<Integer> work, String... arguments) {
        CommandLine commandLine = EdgeAi.commandLine(environment);
        commandLine.addSubcommand(new Try(environment, work));
        commandLine.setExecutionExceptionHandler(commandLine.getExecutionExceptionHandler());
        commandLine.setParameterExceptionHandler(commandLine.getParameterExceptionHandler());
        commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return EdgeAi.run(environment, commandLine, arguments);
    }

    @Command(name = "try", description = "Tries.")
    private static final class Try implements Callable<Integer> {
        @Mixin
        private final Output output;

        private final Callable<Integer> work;

        Try(Environment environment, Callable<Integer> work) {
            output = new Output(environment);
            this.work = work;
        }

        @Override
        public Integer call() throws Exception {
            int code = work.call();
            output.result(new CertificateResult("sha256:1", null), "digest sha256:1");
            return code;
        }
    }
}
