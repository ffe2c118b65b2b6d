package dev.edgeai.runtime.cli.options;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.artifact.source.Sources;
import dev.edgeai.runtime.dataset.DatasetFile;
import dev.edgeai.runtime.dataset.InvalidDatasetException;
import dev.edgeai.runtime.optimize.LocalFiles;
import dev.edgeai.runtime.optimize.RunManifest;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a run's source and dataset come from: this machine's disk, else where the manifest says. */
public final class InputOptions {
    private static final String DATASET = "dataset";

    private final Environment environment;

    @Option(
            names = "--source",
            converter = FileArgument.Existing.class,
            paramLabel = "FILE|FOLDER",
            description = "The model on this machine, instead of the one the manifest names.")
    private @Nullable Path source;

    @Option(
            names = "--dataset",
            converter = FileArgument.ExistingFile.class,
            paramLabel = "FILE",
            description = "The dataset on this machine, instead of the one the manifest names.")
    private @Nullable Path dataset;

    @Mixin
    private final RegistryOptions registry;

    public InputOptions(Environment environment) {
        this.environment = environment;
        registry = new RegistryOptions(environment);
    }

    /** Brings the source into a folder and gives its digest. */
    public String source(ModelSource asked, Path folder) throws IOException {
        if (source == null) {
            return sources()
                    .folder(asked.uri(), asked.digest(), folder, FailureReason.SOURCE_NOT_FOUND)
                    .digest()
                    .toString();
        }
        LocalFiles.copy(source, folder);
        return Artifacts.digest(folder).toString();
    }

    /** Brings the dataset into a folder, under the name its content asks for, and gives its digest. */
    public String dataset(Evaluation.Dataset asked, Path folder) throws IOException {
        if (dataset == null) {
            Sources.Fetched fetched = sources()
                    .file(
                            asked.uri(),
                            asked.digest(),
                            folder,
                            DATASET,
                            DatasetFile.ENDINGS,
                            FailureReason.DATASET_NOT_FOUND);
            settle(folder.resolve(DATASET));
            return fetched.digest().toString();
        }
        settle(Files.copy(dataset, Files.createDirectories(folder).resolve(DATASET)));
        return Artifacts.digest(dataset).toString();
    }

    /**
     * Names a dataset that was just brought by its content.
     *
     * @throws RuntimeFailure {@code InvalidDataset}: a line or an array is malformed
     */
    public static void settle(Path dataset) throws IOException {
        try {
            DatasetFile.settle(dataset);
        } catch (InvalidDatasetException e) {
            throw new RuntimeFailure(FailureReason.INVALID_DATASET, String.valueOf(e.getMessage()), e);
        }
    }

    private Sources sources() {
        return Sources.of(environment, registry.plainHttp(), RunManifest.MAX_SOURCE_BYTES);
    }
}
