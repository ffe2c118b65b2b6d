package dev.edgeai.runtime.cli.options;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.benchmark.GenerationRequest;
import dev.edgeai.runtime.client.InferenceClient;
import dev.edgeai.runtime.client.InferenceFailedException;
import dev.edgeai.runtime.client.ModelDescription;
import dev.edgeai.runtime.client.SampleSet;
import dev.edgeai.runtime.dataset.AnswerReader;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.dataset.DatasetFile;
import dev.edgeai.runtime.dataset.EvaluationData;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.dataset.TextSample;
import dev.edgeai.runtime.dataset.TextSamples;
import dev.edgeai.runtime.evaluate.Evaluator;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Which evaluation samples are sent to which model. The split and the task are those of EDGEAI_TRIAL_SPEC if it is set. */
public final class SampleOptions {
    private static final long MAX_DATASET_BYTES = 8L << 30;
    private static final int TOKEN_CHARACTERS = 4; // of a token of plain text, about

    /** To a language model at most: each is many inferences, and none has a quality that more of them would settle. */
    private static final int LANGUAGE_REQUESTS = 40;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Environment environment;

    @Mixin
    private final ModelAddress asked = new ModelAddress();

    @Option(
            names = "--dataset",
            converter = FileArgument.Existing.class,
            required = true,
            description = "A .npz or .jsonl file, or the folder that fetch left one in.")
    private Path dataset;

    @Option(
            names = "--source",
            converter = FileArgument.Folder.class,
            paramLabel = "FOLDER",
            defaultValue = ".",
            description = "Folder with the tokenizer.json that text needs (default: this one).")
    private Path source;

    @Option(
            names = "--task",
            converter = TaskConverter.class,
            description = "Without a trial's specification (default: ImageClassification, answers are classes).")
    private @Nullable Task task;

    @Option(
            names = "--calibration-samples",
            converter = NumberArgument.NotNegative.class,
            defaultValue = "128",
            description = "Without a trial's specification: samples of the file that are not evaluated"
                    + " (default: ${DEFAULT-VALUE}).")
    private int calibrationSamples;

    @Option(
            names = "--wait",
            converter = NumberArgument.NotNegative.class,
            defaultValue = "30",
            description = "Seconds to wait for the first answer, before anything counts (default: ${DEFAULT-VALUE}).")
    private int waitSeconds;

    @Option(
            names = "--timeout",
            converter = NumberArgument.Positive.class,
            defaultValue = "10",
            description = "Seconds for one (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    public SampleOptions(Environment environment) {
        this.environment = environment;
    }

    public URI url() {
        return asked.url();
    }

    public String model() {
        return asked.model();
    }

    /** For one sample's answer. */
    public Duration timeout() {
        return Duration.ofSeconds(timeoutSeconds);
    }

    /**
     * The samples, as the model takes them.
     *
     * @param revision that must answer, if given
     * @param most samples to read
     */
    public SampleSet read(Optional<String> revision, int most) throws InterruptedException, IOException {
        Optional<TrialSpec> spec =
                environment.get(TrialSpec.ENVIRONMENT_VARIABLE).isPresent()
                        ? Optional.of(environment.require(TrialSpec.ENVIRONMENT_VARIABLE, TrialSpec.class))
                        : Optional.empty();
        ModelDescription described = describe(revision);
        try {
            return read(described, spec, most);
        } catch (InvalidDatasetException e) {
            throw new RuntimeFailure(FailureReason.INVALID_DATASET, dataset + ": " + e.getMessage(), e);
        }
    }

    private SampleSet read(ModelDescription described, Optional<TrialSpec> spec, int most) throws IOException {
        Evaluation evaluation = spec.map(TrialSpec::evaluation)
                .orElseGet(() -> new Evaluation(
                        new Evaluation.Dataset(dataset.toUri().toString(), null),
                        null,
                        most,
                        calibrationSamples,
                        null));
        DatasetFile file = Files.isDirectory(dataset) ? DatasetFile.in(dataset) : DatasetFile.of(dataset);
        int seed = spec.map(TrialSpec::seed).orElse(0);
        if (described.language()) {
            return SampleSet.of(prompts(file, evaluation, seed, most), GenerationRequest.ANSWER);
        }
        Task rated =
                Optional.ofNullable(task).or(() -> spec.map(TrialSpec::task)).orElse(Task.IMAGE_CLASSIFICATION);
        Dataset samples = EvaluationData.read(
                        file,
                        evaluation,
                        seed,
                        described.inputInfos(),
                        MAX_DATASET_BYTES,
                        source,
                        evaluation.measured().maxTokens())
                .both();
        return SampleSet.of(
                samples,
                AnswerReader.of(rated, described.outputInfos()),
                Evaluator.metric(rated, evaluation, samples),
                seed);
    }

    /** Beginnings of the evaluated texts, about as long as the requests that the certified latency is of. */
    private static List<String> prompts(DatasetFile file, Evaluation evaluation, int seed, int most) {
        TextSamples samples = TextSamples.read(file.path(), evaluation, seed);
        List<String> prompts = Stream.of(samples.choice(), samples.heldOut())
                .flatMap(part -> Stream.concat(
                        part.texts().stream().map(TextSample::text),
                        part.prompts().stream().map(TextSample::prompt)))
                .map(Objects::requireNonNull)
                .limit(Math.min(Math.min(most, LANGUAGE_REQUESTS), evaluation.samples()))
                .map(text -> text.substring(0, Math.min(text.length(), GenerationRequest.PROMPT * TOKEN_CHARACTERS)))
                .toList();
        if (prompts.isEmpty()) {
            throw new InvalidDatasetException("it leaves no text to evaluate");
        }
        return prompts;
    }

    /**
     * Asks for the metadata until the revision that is meant gives it: a Service takes a moment to reach its pods, and
     * to let go of others.
     */
    private ModelDescription describe(Optional<String> revision) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos();
        while (true) {
            String answered;
            try (InferenceClient client = new InferenceClient(url(), model(), timeout())) {
                ModelDescription described = client.describe();
                if (revision.isEmpty() || described.versions().contains(revision.get())) {
                    return described;
                }
                answered = "revision %s answers instead of %s".formatted(described.versions(), revision.get());
            } catch (InferenceFailedException e) {
                answered = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() >= end) {
                throw new RuntimeFailure(
                        FailureReason.MEASUREMENT_FAILED,
                        "No model to send samples to within %d s: %s. Look at the serving pods' events and logs."
                                .formatted(waitSeconds, answered));
            }
            Thread.sleep(PAUSE);
        }
    }
}
