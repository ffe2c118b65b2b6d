package dev.edgeai.runtime.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.source.Sources;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.TreeMap;

/**
 * A variant of the registry that is measured again instead of a new one: as it is, or with other engine options, which
 * makes another variant.
 */
record KnownVariant(Sources sources, TrialSpec spec) {
    private static final long MAX_DESCRIPTOR_BYTES = 64 << 10;

    /**
     * Fetches it into a folder and puts the options over those of its descriptor. The same variant and options give the
     * same bytes.
     *
     * @throws RuntimeFailure {@code ArtifactMissing}: it is not there; {@code UnsupportedModel}: it has no sound descriptor
     */
    void fetch(Path folder) throws IOException {
        sources.folder(
                Reference.SCHEME + spec.repository(), spec.variantDigest(), folder, FailureReason.ARTIFACT_MISSING);
        if (!spec.engineOptions().isEmpty()) {
            putOptions(folder.resolve(VariantDescriptor.FILE));
        }
    }

    private void putOptions(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_DESCRIPTOR_BYTES) {
            throw unsound("no " + VariantDescriptor.FILE + " of at most " + MAX_DESCRIPTOR_BYTES + " bytes");
        }
        JsonNode descriptor = read(file);
        if (!(descriptor instanceof ObjectNode object)) {
            throw unsound("a " + VariantDescriptor.FILE + " that is no JSON object");
        }
        ObjectNode options = object.withObjectProperty("options");
        new TreeMap<>(spec.engineOptions()).forEach(options::put);
        String json = Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(object);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, json.getBytes(StandardCharsets.UTF_8));
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private JsonNode read(Path file) throws IOException {
        try {
            return Json.mapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException _) {
            throw unsound("a " + VariantDescriptor.FILE + " that is no JSON");
        }
    }

    private RuntimeFailure unsound(String what) {
        return new RuntimeFailure(
                FailureReason.UNSUPPORTED_MODEL,
                "The variant %s@%s has %s; make it anew.".formatted(spec.repository(), spec.variantDigest(), what));
    }
}
