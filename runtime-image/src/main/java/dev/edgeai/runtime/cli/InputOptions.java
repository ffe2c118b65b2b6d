package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.runtime.artifact.Artifacts;
import dev.edgeai.runtime.artifact.Sources;
import dev.edgeai.runtime.evaluate.DatasetFile;
import dev.edgeai.runtime.optimize.LocalFiles;
import dev.edgeai.runtime.optimize.RunManifest;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a run's source and dataset come from: this machine's disk, else where the manifest says. */
final class InputOptions {
    private static final String DATASET = "dataset";

    private final Environment environment;

    @Option(
            names = "--source",
            paramLabel = "FILE|FOLDER",
            description = "The model on this machine, instead of the one the manifest names.")
    private @Nullable Path source;

    @Option(
            names = "--dataset",
            paramLabel = "FILE",
            description = "The dataset on this machine, instead of the one the manifest names.")
    private @Nullable Path dataset;

    @Mixin
    private final RegistryOptions registry;

    InputOptions(Environment environment) {
        this.environment = environment;
        registry = new RegistryOptions(environment);
    }

    /** Brings the source into a folder and gives its digest. */
    String source(ModelSource asked, Path folder) throws IOException {
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
    String dataset(Evaluation.Dataset asked, Path folder) throws IOException {
        if (dataset == null) {
            Sources.Fetched fetched = sources()
                    .file(
                            asked.uri(),
                            asked.digest(),
                            folder,
                            DATASET,
                            DatasetFile.ENDINGS,
                            FailureReason.DATASET_NOT_FOUND);
            FetchCommand.settle(folder.resolve(DATASET));
            return fetched.digest().toString();
        }
        if (!Files.isRegularFile(dataset)) {
            throw new UsageException("There is no file " + dataset + ".");
        }
        FetchCommand.settle(Files.copy(dataset, Files.createDirectories(folder).resolve(DATASET)));
        return Artifacts.digest(dataset).toString();
    }

    private Sources sources() {
        return Sources.of(environment, registry.plainHttp(), RunManifest.MAX_SOURCE_BYTES);
    }
}
