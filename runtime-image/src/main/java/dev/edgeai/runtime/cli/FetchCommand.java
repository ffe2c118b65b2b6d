package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.artifact.source.Sources;
import dev.edgeai.runtime.assess.SourceFiles;
import dev.edgeai.runtime.assess.UnreadableModelException;
import dev.edgeai.runtime.cli.options.InputOptions;
import dev.edgeai.runtime.cli.options.Into;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.dataset.DatasetFile;
import dev.edgeai.runtime.dataset.Tokenizer;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code edgeai fetch}: the first container of a trial's pod. */
@Command(
        name = "fetch",
        description = "Fetches the source and the dataset of the trial in EDGEAI_TRIAL_SPEC, every digest checked: "
                + "spec.json, source/, dataset/dataset.npz or dataset.jsonl, and variant/ where one is measured again.")
final class FetchCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private final Output output;

    @Mixin
    private final Into into = new Into();

    @Option(names = "--dataset-only", description = "Leaves the source out, but for the tokenizer that text needs.")
    private boolean datasetOnly;

    FetchCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
    }

    @Override
    public Integer call() throws Exception {
        TrialSpec spec = environment.require(TrialSpec.ENVIRONMENT_VARIABLE, TrialSpec.class);
        Files.createDirectories(into.folder());
        Files.writeString(into.folder().resolve("spec.json"), environment.require(TrialSpec.ENVIRONMENT_VARIABLE));
        Sources sources = Sources.of(environment, spec.plainHttp(), spec.maxSourceBytes());
        FetchResult result = datasetOnly ? datasetOnly(sources, spec) : all(sources, spec);
        output.result(
                result,
                "source %s (%,d bytes)%ndataset %s"
                        .formatted(result.sourceDigest(), result.sourceBytes(), result.datasetDigest()));
        return ExitCode.DONE;
    }

    private FetchResult all(Sources sources, TrialSpec spec) throws IOException {
        ModelSource source = spec.source();
        Sources.Fetched fetched = sources.folder(
                source.uri(), source.digest(), into.folder().resolve("source"), FailureReason.SOURCE_NOT_FOUND);
        requireNoPickles(into.folder().resolve("source"));
        FetchResult dataset = dataset(sources, spec);
        if (spec.variantDigest() != null) {
            new KnownVariant(sources, spec).fetch(into.folder().resolve("variant"));
        }
        return new FetchResult(fetched.digest().toString(), dataset.datasetDigest(), fetched.bytes());
    }

    /** Text cannot be sent to a server of tensors without the tokenizer of its model. */
    private FetchResult datasetOnly(Sources sources, TrialSpec spec) throws IOException {
        FetchResult fetched = dataset(sources, spec);
        if (DatasetFile.in(into.folder().resolve("dataset")).text() && spec.task() != Task.TEXT_GENERATION) {
            ModelSource source = spec.source();
            sources.only(
                    Tokenizer.FILES,
                    source.uri(),
                    source.digest(),
                    into.folder().resolve("source"),
                    FailureReason.SOURCE_NOT_FOUND);
        }
        return fetched;
    }

    private FetchResult dataset(Sources sources, TrialSpec spec) throws IOException {
        Evaluation.Dataset dataset = spec.evaluation().dataset();
        Path folder = into.folder().resolve("dataset");
        Sources.Fetched fetched = sources.file(
                dataset.uri(),
                dataset.digest(),
                folder,
                "dataset",
                DatasetFile.ENDINGS,
                FailureReason.DATASET_NOT_FOUND);
        InputOptions.settle(folder.resolve("dataset"));
        String sourceDigest = spec.source().digest();
        return new FetchResult(
                sourceDigest == null ? "" : sourceDigest, fetched.digest().toString(), 0);
    }

    private static void requireNoPickles(Path source) throws IOException {
        try {
            SourceFiles.requireNoPickles(source);
        } catch (UnreadableModelException e) {
            throw AssessCommand.unsupported(e);
        }
    }
}
