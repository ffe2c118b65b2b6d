package dev.edgeai.runtime.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;

/** Other options of its engine make another variant of one that is there. */
public final class EngineOptions {
    private static final long MAX_DESCRIPTOR_BYTES = 64 << 10;

    private EngineOptions() {}

    /**
     * Puts options over those of a variant's descriptor. The same variant and options give the same bytes, in a cluster
     * and on a person's machine.
     *
     * @param variant its folder; the descriptor becomes a file of its own, also where it was a link
     * @param name of the variant, for messages
     * @throws RuntimeFailure {@code UnsupportedModel}: it has no sound descriptor
     */
    public static void put(Map<String, String> options, Path variant, String name) throws IOException {
        Path file = variant.resolve(VariantDescriptor.FILE);
        ObjectNode descriptor = read(file, name);
        ObjectNode all = descriptor.withObjectProperty("options");
        new TreeMap<>(options).forEach(all::put);
        String json = Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(descriptor);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, json.getBytes(StandardCharsets.UTF_8));
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static ObjectNode read(Path file, String name) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_DESCRIPTOR_BYTES) {
            throw unsound(name, "no " + VariantDescriptor.FILE + " of at most " + MAX_DESCRIPTOR_BYTES + " bytes");
        }
        try {
            JsonNode descriptor = Json.mapper().readTree(Files.readAllBytes(file));
            if (descriptor instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException _) {
            // said below
        }
        throw unsound(name, "a " + VariantDescriptor.FILE + " that is no JSON object");
    }

    private static RuntimeFailure unsound(String name, String what) {
        return new RuntimeFailure(
                FailureReason.UNSUPPORTED_MODEL, "The variant %s has %s; make it anew.".formatted(name, what));
    }
}
