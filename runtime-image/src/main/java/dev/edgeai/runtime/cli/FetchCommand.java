package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Evaluation;
import dev.edgeai.api.v1alpha1.ModelSource;
import dev.edgeai.runtime.artifact.Sources;
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
                + "spec.json, source/ and dataset/dataset.npz.")
final class FetchCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private final Output output;

    @Option(names = "--into", required = true, paramLabel = "FOLDER", description = "Where the files go.")
    private Path into;

    @Option(names = "--dataset-only", description = "Leaves the source out.")
    private boolean datasetOnly;

    FetchCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
    }

    @Override
    public Integer call() throws Exception {
        TrialSpec spec = environment.require(TrialSpec.ENVIRONMENT_VARIABLE, TrialSpec.class);
        Files.createDirectories(into);
        Files.writeString(into.resolve("spec.json"), environment.require(TrialSpec.ENVIRONMENT_VARIABLE));
        Sources sources = Sources.of(environment, spec.plainHttp(), spec.maxSourceBytes());
        FetchResult result = datasetOnly ? dataset(sources, spec) : all(sources, spec);
        output.result(
                result,
                "source %s (%,d bytes)%ndataset %s"
                        .formatted(result.sourceDigest(), result.sourceBytes(), result.datasetDigest()));
        return ExitCode.DONE;
    }

    private FetchResult all(Sources sources, TrialSpec spec) throws IOException {
        ModelSource source = spec.source();
        Sources.Fetched fetched =
                sources.folder(source.uri(), source.digest(), into.resolve("source"), FailureReason.SOURCE_NOT_FOUND);
        FetchResult dataset = dataset(sources, spec);
        return new FetchResult(fetched.digest().toString(), dataset.datasetDigest(), fetched.bytes());
    }

    private FetchResult dataset(Sources sources, TrialSpec spec) throws IOException {
        Evaluation.Dataset dataset = spec.evaluation().dataset();
        Sources.Fetched fetched = sources.file(
                dataset.uri(),
                dataset.digest(),
                into.resolve("dataset"),
                "dataset.npz",
                FailureReason.DATASET_NOT_FOUND);
        String sourceDigest = spec.source().digest();
        return new FetchResult(
                sourceDigest == null ? "" : sourceDigest, fetched.digest().toString(), 0);
    }
}
