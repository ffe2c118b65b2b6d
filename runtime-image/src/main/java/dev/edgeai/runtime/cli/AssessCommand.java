package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.runtime.assess.Assessor;
import dev.edgeai.runtime.assess.UnreadableModelException;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** What a model's file says of it. */
@Command(
        name = "assess",
        description =
                "Reads what a model's files say of it: architecture, weights, precision, inputs and outputs, operators.")
final class AssessCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Parameters(
            paramLabel = "FILE|FOLDER",
            converter = FileArgument.Existing.class,
            description =
                    "One .onnx or .gguf file, or a folder that holds one .onnx, one OpenVINO .xml with its files, one .gguf, or a checkpoint.")
    private Path source;

    AssessCommand(Environment environment) {
        output = new Output(environment);
    }

    @Override
    public Integer call() {
        Assessment assessment = assess(source);
        output.result(assessment, text(assessment));
        return ExitCode.DONE;
    }

    /**
     * Assesses the model of a folder or of a file.
     *
     * @throws RuntimeFailure {@code UnsupportedModel}
     */
    static Assessment assess(Path source) {
        try {
            return Assessor.assess(source);
        } catch (UnreadableModelException e) {
            throw unsupported(e);
        }
    }

    static RuntimeFailure unsupported(UnreadableModelException e) {
        return new RuntimeFailure(
                FailureReason.UNSUPPORTED_MODEL, "The model is not supported: " + e.getMessage() + ".", e);
    }

    static String text(Assessment a) {
        StringBuilder text = new StringBuilder();
        text.append("%s, %s, %,d weights mostly %s, %,d bytes%n"
                .formatted(a.format(), a.architecture(), a.parameters(), a.precision(), a.sizeBytes()));
        if (!a.inputs().isEmpty()) {
            text.append("inputs    ").append(String.join(", ", a.inputs())).append('\n');
            text.append("outputs   ").append(String.join(", ", a.outputs())).append('\n');
            text.append("operators ").append(a.operators()).append('\n');
        }
        text.append("quantized %s, mixture of experts %s, multimodal %s"
                .formatted(a.alreadyQuantized(), a.mixtureOfExperts(), a.multimodal()));
        return a.message() == null
                ? text.toString()
                : text.append('\n').append(a.message()).toString();
    }
}
