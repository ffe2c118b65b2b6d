package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.Evaluation;
import dev.edgeai.api.v1alpha1.Metric;
import dev.edgeai.api.v1alpha1.Task;
import dev.edgeai.runtime.benchmark.GenerationRequest;
import dev.edgeai.runtime.client.InferenceClient;
import dev.edgeai.runtime.client.InferenceFailedException;
import dev.edgeai.runtime.client.ModelDescription;
import dev.edgeai.runtime.client.Warmup;
import dev.edgeai.runtime.evaluate.AnswerReader;
import dev.edgeai.runtime.evaluate.Dataset;
import dev.edgeai.runtime.evaluate.DatasetFile;
import dev.edgeai.runtime.evaluate.Evaluator;
import dev.edgeai.runtime.evaluate.InvalidDatasetException;
import dev.edgeai.runtime.evaluate.TextSample;
import dev.edgeai.runtime.evaluate.TextSamples;
import dev.edgeai.runtime.measure.MeasureSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code edgeai warmup}: sends evaluation samples to a server and rates what it answers. */
@Command(
        name = "warmup",
        description = {
            "Sends the first evaluation samples to a server, each over a connection of its own, and rates the answers.",
            "The split and the task are those of EDGEAI_TRIAL_SPEC where it is set, else the options'."
        })
final class WarmupCommand implements Callable<Integer> {
    private static final long MAX_DATASET_BYTES = 8L << 30;
    private static final int TOKEN_CHARACTERS = 4; // of a token of plain text, about

    /** To a language model at most: each is many inferences, and none has a quality that more of them would settle. */
    private static final int LANGUAGE_REQUESTS = 40;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Environment environment;

    @Mixin
    private final Output output;

    @Option(names = "--url", required = true, description = "Server or Service, for example http://localhost:8080.")
    private URI url;

    @Option(names = "--model", required = true, description = "The model's name.")
    private String model;

    @Option(
            names = "--dataset",
            required = true,
            description = "A .npz or .jsonl file, or the folder that fetch left one in.")
    private Path dataset;

    @Option(
            names = "--source",
            paramLabel = "FOLDER",
            defaultValue = ".",
            description = "Folder with the tokenizer.json that text needs (default: this one).")
    private Path source;

    @Option(names = "--requests", defaultValue = "200", description = "Samples to send (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--task",
            converter = TaskConverter.class,
            description = "Without a trial's specification (default: ImageClassification, answers are classes).")
    private @Nullable Task task;

    @Option(
            names = "--calibration-samples",
            defaultValue = "128",
            description = "Without a trial's specification: samples at the end of the file that are not evaluated"
                    + " (default: ${DEFAULT-VALUE}).")
    private int calibrationSamples;

    @Option(names = "--concurrency", defaultValue = "4", description = "Requests at once (default: ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(names = "--timeout", defaultValue = "10", description = "Seconds for one (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Option(names = "--deadline", defaultValue = "300", description = "Seconds for all (default: ${DEFAULT-VALUE}).")
    private int deadlineSeconds;

    @Option(
            names = "--wait",
            defaultValue = "30",
            description = "Seconds to wait for the first answer, before anything counts (default: ${DEFAULT-VALUE}).")
    private int waitSeconds;

    WarmupCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        Optional<TrialSpec> spec =
                environment.get(TrialSpec.ENVIRONMENT_VARIABLE).isPresent()
                        ? Optional.of(environment.require(TrialSpec.ENVIRONMENT_VARIABLE, TrialSpec.class))
                        : Optional.empty();
        Duration timeout = Duration.ofSeconds(timeoutSeconds);
        ModelDescription described = describe(timeout);
        try {
            WarmupResult result = run(described, spec, timeout);
            output.result(result, text(result));
            return ExitCode.DONE;
        } catch (InvalidDatasetException e) {
            throw new RuntimeFailure(FailureReason.INVALID_DATASET, dataset + ": " + e.getMessage(), e);
        }
    }

    private WarmupResult run(ModelDescription described, Optional<TrialSpec> spec, Duration timeout)
            throws InterruptedException, IOException {
        Evaluation evaluation = spec.map(TrialSpec::evaluation)
                .orElseGet(() -> new Evaluation(
                        new Evaluation.Dataset(dataset.toUri().toString(), null), null, requests, calibrationSamples));
        DatasetFile file = Files.isDirectory(dataset) ? DatasetFile.in(dataset) : DatasetFile.of(dataset);
        Warmup warmup = new Warmup(url, model, timeout, concurrency, Duration.ofSeconds(deadlineSeconds));
        if (described.language()) {
            return warmup.run(prompts(file, evaluation), GenerationRequest.ANSWER);
        }
        Task rated =
                Optional.ofNullable(task).or(() -> spec.map(TrialSpec::task)).orElse(Task.IMAGE_CLASSIFICATION);
        Dataset samples = Dataset.read(
                file,
                evaluation,
                described.inputInfos(),
                MAX_DATASET_BYTES,
                source,
                MeasureSettings.maxTokens(spec.map(TrialSpec::parameters).orElse(Map.of())));
        Metric metric = Evaluator.metric(rated, evaluation, samples);
        return warmup.run(
                samples,
                requests,
                AnswerReader.of(rated, described.outputInfos()),
                metric,
                spec.map(TrialSpec::seed).orElse(0));
    }

    /** Beginnings of the evaluated texts, about as long as the requests that the certified latency is of. */
    private List<String> prompts(DatasetFile file, Evaluation evaluation) {
        TextSamples samples = TextSamples.read(file.path(), evaluation.calibrationSamples());
        List<String> prompts = Stream.concat(
                        samples.texts().stream().map(TextSample::text),
                        samples.prompts().stream().map(TextSample::prompt))
                .map(Objects::requireNonNull)
                .limit(Math.min(Math.min(requests, LANGUAGE_REQUESTS), evaluation.samples()))
                .map(text -> text.substring(0, Math.min(text.length(), GenerationRequest.PROMPT * TOKEN_CHARACTERS)))
                .toList();
        if (prompts.isEmpty()) {
            throw new InvalidDatasetException("it leaves no text to evaluate");
        }
        return prompts;
    }

    /** Asks for the metadata until it is given: a new Service takes a moment to reach its pods. */
    private ModelDescription describe(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos();
        while (true) {
            try (InferenceClient client = new InferenceClient(url, model, timeout)) {
                return client.describe();
            } catch (InferenceFailedException e) {
                if (System.nanoTime() >= end) {
                    throw new RuntimeFailure(
                            FailureReason.MEASUREMENT_FAILED,
                            "No model to warm up within %d s: %s. Look at the serving pods' events and logs."
                                    .formatted(waitSeconds, e.getMessage()),
                            e);
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    private static String text(WarmupResult result) {
        StringBuilder text = new StringBuilder();
        text.append("%d requests, %d failed, p95 %.1f ms"
                .formatted(result.requests(), result.failed(), result.latencyP95Micros() / 1_000.0));
        Estimate quality = result.quality();
        text.append(
                quality == null
                        ? "\nquality unknown: without labels and a class to compare them with, nothing can be said"
                        : String.format(
                                Locale.ROOT,
                                "%nquality %s (95 %% interval %s to %s, %d samples)",
                                quality.value(),
                                quality.lower(),
                                quality.upper(),
                                quality.samples()));
        if (result.firstError() != null) {
            text.append("\nfirst failure: ").append(result.firstError());
        }
        return text.toString();
    }
}
