package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.dataset.DatasetFile;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A trial's {@code /work}; see docs/contracts.md.
 *
 * @param root the folder
 */
public record WorkFolder(Path root) {
    private static final long MAX_DESCRIPTOR_BYTES = 64 << 10;

    DatasetFile dataset() {
        return DatasetFile.in(root.resolve("dataset"));
    }

    Path variant() {
        return root.resolve("variant");
    }

    /** What the trial is. */
    public TrialSpec spec() {
        Path file = root.resolve("spec.json");
        try {
            return Json.read(Files.readString(file), TrialSpec.class);
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED,
                    "There is no readable trial specification in " + file + ": " + e.getMessage()
                            + ". The fetch container writes it; look at its log.",
                    e);
        }
    }

    /** What an optimizer found that alone can run its variant; absent when there is none. */
    Optional<ForeignEvaluation> evaluation() {
        Path file = root.resolve("evaluation.json");
        try {
            return Files.exists(file)
                    ? Optional.of(Json.read(Files.readString(bounded(file)), ForeignEvaluation.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED,
                    "The optimizer left no readable " + file + ": " + e.getMessage() + ". Look at its log.",
                    e);
        }
    }

    /** The source as it is; where it is a checkpoint, which no engine runs, what the optimizer made of it unchanged. */
    Model baselineModel(int threads) {
        Path converted = root.resolve("baseline");
        if (Files.exists(converted.resolve(VariantDescriptor.FILE))) {
            return new Model("baseline", converted, descriptor(converted), threads);
        }
        Path folder = root.resolve("source");
        try {
            return new Model("baseline", folder, Engines.forSource(folder), threads);
        } catch (EngineException e) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL, "The source is not supported: " + e.getMessage() + ".", e);
        }
    }

    /** The variant; absent in the baseline trial. Where the source itself is to serve, it is made of the baseline. */
    Optional<Model> variantModel(TrialSpec spec) {
        if (spec.trial().equals(TrialSpec.BASELINE)) {
            return Optional.empty();
        }
        if (spec.ofSource()) {
            copyUnchanged(baselineModel(spec.threads()));
        }
        return Optional.of(new Model("variant", variant(), descriptor(variant()), spec.threads()));
    }

    /** Files and how to run them, as an optimizer would leave them. Copies, as what is loaded must not be linked twice. */
    private void copyUnchanged(Model model) {
        try (Stream<Path> files = Files.walk(model.folder())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = variant().resolve(model.folder().relativize(file).toString());
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.writeString(variant().resolve(VariantDescriptor.FILE), Json.write(model.descriptor()));
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED,
                    "The source could not be copied to %s to be served as it is: %s."
                            .formatted(variant(), e.getMessage()),
                    e);
        }
    }

    private static Path bounded(Path file) throws IOException {
        if (Files.size(file) > MAX_DESCRIPTOR_BYTES) {
            throw new IOException("it is larger than " + MAX_DESCRIPTOR_BYTES + " bytes");
        }
        return file;
    }

    private static VariantDescriptor descriptor(Path folder) {
        Path file = folder.resolve(VariantDescriptor.FILE);
        try {
            return Json.read(Files.readString(bounded(file)), VariantDescriptor.class);
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.MEASUREMENT_FAILED,
                    "The optimizer left no readable " + file + ": " + e.getMessage() + ". Look at its log.",
                    e);
        }
    }
}
