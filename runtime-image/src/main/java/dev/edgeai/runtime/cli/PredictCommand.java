package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.options.ModelAddress;
import dev.edgeai.runtime.cli.options.NumberArgument;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.cli.output.Prediction;
import dev.edgeai.runtime.client.InferenceClient;
import dev.edgeai.runtime.client.InferenceFailedException;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.dataset.Npy;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code edgeai predict}: one inference by a server, or of a language model one answer. */
@Command(
        name = "predict",
        description = "Asks a server for one inference and prints the answer. A language model takes --prompt.")
final class PredictCommand implements Callable<Integer> {
    private static final long MAX_DATASET_BYTES = 8L << 30;

    @Mixin
    private final Output output;

    @Mixin
    private final ModelAddress asked = new ModelAddress();

    @ArgGroup(multiplicity = "1")
    private Inputs inputs;

    @Option(
            names = "--timeout",
            converter = NumberArgument.Positive.class,
            defaultValue = "30",
            description = "Seconds (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    PredictCommand(Environment environment) {
        output = new Output(environment);
    }

    /** What {@code --prompt -o json} prints. */
    record Completion(String model, String text) {}

    /** Where the inputs come from. */
    private static final class Inputs {
        @ArgGroup(exclusive = false)
        private @Nullable Prompt prompt;

        @ArgGroup(exclusive = false)
        private @Nullable Sample sample;

        @Option(
                names = "--input",
                paramLabel = "NAME=FILE.npy",
                required = true,
                description = "One array for an input, its first axis the sample; once for each input.")
        private Map<String, Path> arrays = new LinkedHashMap<>();
    }

    /** What a language model goes on from. */
    private static final class Prompt {
        @Option(names = "--prompt", required = true, description = "A text, which a language model goes on from.")
        private String text;

        @Option(
                names = "--max-tokens",
                converter = NumberArgument.Positive.class,
                defaultValue = "64",
                description = "Most tokens to write (default: ${DEFAULT-VALUE}).")
        private int maxTokens;
    }

    /** One sample of a dataset. */
    private static final class Sample {
        @Option(
                names = "--dataset",
                converter = FileArgument.ExistingFile.class,
                required = true,
                description = "An .npz file with an array for each input.")
        private Path dataset;

        @Option(
                names = "--index",
                converter = NumberArgument.NotNegative.class,
                defaultValue = "0",
                description = "Sample of it (default: ${DEFAULT-VALUE}).")
        private int index;
    }

    @Override
    public Integer call() throws InterruptedException {
        Duration timeout = Duration.ofSeconds(timeoutSeconds);
        try (InferenceClient client = new InferenceClient(asked.url(), asked.model(), timeout)) {
            Prompt prompt = inputs.prompt;
            if (prompt != null) {
                String text = client.complete(prompt.text, prompt.maxTokens);
                output.print(new Completion(asked.model(), text), text);
            } else {
                Prediction prediction = Prediction.of(asked.model(), client.infer(read(client)));
                output.print(prediction, prediction.text());
            }
            return ExitCode.DONE;
        } catch (InvalidDatasetException e) {
            throw new RuntimeFailure(FailureReason.INVALID_DATASET, String.valueOf(e.getMessage()), e);
        } catch (InferenceFailedException e) {
            throw new RuntimeFailure(FailureReason.MEASUREMENT_FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private Map<String, Tensor> read(InferenceClient client) throws InferenceFailedException, InterruptedException {
        Sample sample = inputs.sample;
        if (sample == null) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            inputs.arrays.forEach((name, file) -> tensors.put(name, Npy.read(file)));
            return tensors;
        }
        Dataset dataset = Dataset.first(
                sample.dataset, sample.index + 1, client.describe().inputInfos(), MAX_DATASET_BYTES);
        if (sample.index < 0 || sample.index >= dataset.size()) {
            throw new UsageException("--index " + sample.index + " is not in " + sample.dataset + ", which has "
                    + dataset.size() + " samples.");
        }
        return dataset.sample(sample.index);
    }
}
