package dev.edgeai.runtime.optimize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelSpec;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.planner.run.RunInputs;
import dev.edgeai.runtime.manifest.ResourceSchema;
import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads manifests as an API server does: the schema, defaults and rules of the CRDs are applied, and each mistake is told
 * with its field.
 *
 * @param file YAML with one OptimizationRun or EdgeModel; documents of other kinds may stand beside it
 */
public record ManifestFile(Path file) {
    private static final ResourceSchema RUN = ResourceSchema.of(OptimizationRun.class);
    private static final ResourceSchema MODEL = ResourceSchema.of(EdgeModel.class);

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * Reads the run that is asked for.
     *
     * @param target name of the EdgeModel's target; default its first
     * @throws UsageException the file does not hold one OptimizationRun or EdgeModel, or a field is wrong
     */
    public RunManifest read(@Nullable String target) {
        ObjectNode manifest = manifest();
        ResourceSchema schema = RUN.kind().equals(kind(manifest)) ? RUN : MODEL;
        if (schema == RUN && target != null) {
            throw wrong("kind is " + RUN.kind() + ", which has no targets; leave --target out");
        }
        if (!schema.apiVersion().equals(manifest.path("apiVersion").asText())) {
            throw wrong("apiVersion must be " + schema.apiVersion());
        }
        List<String> mistakes = schema.admit(manifest);
        if (!mistakes.isEmpty()) {
            throw wrong(String.join("; ", mistakes));
        }
        String name = manifest.at("/metadata/name").asText();
        JsonNode spec = manifest.path("spec");
        try {
            return schema == RUN
                    ? new RunManifest(name, YAML.treeToValue(spec, OptimizationRunSpec.class))
                    : ofTarget(name, YAML.treeToValue(spec, EdgeModelSpec.class), target);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The schema takes what the types do not: " + e.getMessage(), e);
        }
    }

    private ObjectNode manifest() {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(Files.readString(file))) {
            List<JsonNode> all = documents.readAll();
            List<ObjectNode> ours = all.stream()
                    .filter(one -> List.of(RUN.kind(), MODEL.kind()).contains(kind(one)))
                    .map(ObjectNode.class::cast)
                    .toList();
            if (ours.size() == 1) {
                return ours.getFirst();
            }
            throw wrong("kind is %s; one %s or %s is needed, no more and no less"
                    .formatted(
                            all.stream().map(one -> "'" + kind(one) + "'").collect(Collectors.joining(", ")),
                            RUN.kind(),
                            MODEL.kind()));
        } catch (JsonProcessingException e) {
            throw wrong("is no YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UsageException("Cannot read " + file + ": " + e.getMessage());
        }
    }

    private static String kind(JsonNode document) {
        return document.path("kind").asText();
    }

    private RunManifest ofTarget(String name, EdgeModelSpec model, @Nullable String wanted) {
        List<String> names = model.targets().stream().map(Target::name).toList();
        Target target = model.targets().stream()
                .filter(t -> wanted == null || t.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> wrong("spec.targets has no '" + wanted + "'; it has " + String.join(", ", names)));
        return new RunManifest(name + "-" + target.name(), RunInputs.of(model, target));
    }

    private UsageException wrong(String mistake) {
        return new UsageException(file + ": " + mistake + ".");
    }
}
