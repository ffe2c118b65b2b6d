package dev.edgeai.runtime.assess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads a Hugging Face or MLX checkpoint: {@code config.json} and one or more safetensors files. */
final class Checkpoint {
    private static final long MAX_CONFIG_BYTES = 4 << 20;
    private static final long MAX_INDEX_BYTES = 64 << 20;
    private static final JsonMapper MAPPER = new JsonMapper();

    private static final List<String> EXPERTS =
            List.of("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts", "num_experts_per_tok");
    private static final List<String> OTHER_INPUTS = List.of(
            "vision_config", "audio_config", "image_token_id", "image_token_index", "video_token_id", "audio_token_id");

    private Checkpoint() {}

    static WeightFacts read(Path folder) throws IOException, UnreadableModelException {
        JsonNode config = json(folder, "config.json", MAX_CONFIG_BYTES);
        TensorNames names = new TensorNames();
        Map<String, Long> elements = new HashMap<>();
        for (String shard : shards(folder)) {
            SafetensorsFile.read(folder.resolve(shard), names)
                    .forEach((type, count) -> elements.merge(type, count, Long::sum));
        }
        JsonNode quantization = config.hasNonNull("quantization_config")
                ? config.get("quantization_config")
                : config.get("quantization");
        boolean quantized = quantization != null && quantization.isObject();
        int bits = quantized ? quantization.path("bits").asInt(0) : 0;
        JsonNode text = config.path("text_config");
        return new WeightFacts(
                ModelFormat.SAFETENSORS,
                names.architecture(),
                config.path("model_type").asText("unknown"),
                weights(elements, bits),
                quantized ? method(quantization, bits) : null,
                names.experts() || hasExperts(config) || hasExperts(text),
                names.vision() || OTHER_INPUTS.stream().anyMatch(config::hasNonNull));
    }

    private static String method(JsonNode quantization, int bits) {
        return quantization.path("quant_method").asText("MLX") + (bits > 0 ? ", " + bits + " bits" : "");
    }

    private static boolean hasExperts(JsonNode config) {
        return EXPERTS.stream().anyMatch(field -> config.path(field).asInt(0) > 1);
    }

    /** Quantized weights are packed into whole numbers of 32 bits; others of those hold positions and the like. */
    private static Map<String, Long> weights(Map<String, Long> elements, int bits) {
        Map<String, Long> weights = new HashMap<>();
        elements.forEach((type, count) -> {
            boolean packed = bits >= 1 && bits <= 8 && (type.equals("U32") || type.equals("I32"));
            String name = packed ? "int" + bits : elementType(type);
            if (packed || ElementTypes.isWeight(name)) {
                weights.merge(name, packed ? Math.multiplyExact(count, 32L) / bits : count, Long::sum);
            }
        });
        return weights;
    }

    private static String elementType(String type) {
        return switch (type) {
            case "BF16" -> "bfloat16";
            case "BOOL" -> "bool";
            default -> ElementTypes.ofIr(type.toLowerCase(Locale.ROOT).replaceAll("_.*", ""));
        };
    }

    private static Set<String> shards(Path folder) throws IOException, UnreadableModelException {
        Set<String> there = new TreeSet<>();
        String index = null;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(".safetensors")) {
                    there.add(name);
                } else if (name.endsWith(".safetensors.index.json")) {
                    index = name;
                }
            }
        }
        if (index == null && there.size() != 1) {
            throw new UnreadableModelException(
                    "the folder holds %d .safetensors files but no index (model.safetensors.index.json)"
                            .formatted(there.size()));
        }
        return index == null ? there : indexed(folder, index, there);
    }

    private static Set<String> indexed(Path folder, String index, Set<String> there)
            throws IOException, UnreadableModelException {
        Set<String> named = new TreeSet<>();
        for (JsonNode file : json(folder, index, MAX_INDEX_BYTES).path("weight_map")) {
            named.add(file.asText());
        }
        for (String name : named) {
            if (!there.contains(name)) {
                throw new UnreadableModelException(index + " names a file that is not there: '"
                        + name.substring(0, Math.min(100, name.length())) + "'");
            }
        }
        if (named.isEmpty()) {
            throw new UnreadableModelException(index + " names no files (weight_map)");
        }
        return named;
    }

    private static JsonNode json(Path folder, String name, long limit) throws IOException, UnreadableModelException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new UnreadableModelException("a checkpoint of .safetensors needs its " + name);
        }
        if (Files.size(file) > limit) {
            throw new UnreadableModelException(name + " is larger than %,d bytes".formatted(limit));
        }
        try {
            @Nullable JsonNode node = MAPPER.readTree(Files.readAllBytes(file));
            if (node == null || !node.isObject()) {
                throw new UnreadableModelException(name + " is no JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new UnreadableModelException(name + " is no JSON object", e);
        }
    }
}
