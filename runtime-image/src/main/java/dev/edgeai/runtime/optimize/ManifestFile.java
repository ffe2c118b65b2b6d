package dev.edgeai.runtime.optimize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.EdgeModelSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.run.RunInputs;
import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads manifests, strictly as an API server does: each mistake is told with its field.
 *
 * @param file YAML; of several documents the first OptimizationRun or EdgeModel counts
 */
public record ManifestFile(Path file) {
    private static final String RUN = "OptimizationRun";
    private static final String MODEL = "EdgeModel";
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * Reads the run that is asked for.
     *
     * @param target name of the EdgeModel's target; default its first
     * @throws UsageException the file holds no OptimizationRun or EdgeModel, or a field is wrong
     */
    public RunManifest read(@Nullable String target) {
        JsonNode manifest = manifest();
        String name = manifest.path("metadata").path("name").asText("run");
        JsonNode spec = manifest.path("spec");
        RunManifest run = manifest.path("kind").asText().equals(RUN)
                ? new RunManifest(name, parse(spec, OptimizationRunSpec.class))
                : ofTarget(name, parse(spec, EdgeModelSpec.class), target);
        requireFields(run.spec());
        return run;
    }

    private JsonNode manifest() {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(Files.readString(file))) {
            List<JsonNode> all = documents.readAll();
            return all.stream()
                    .filter(one -> Set.of(RUN, MODEL).contains(one.path("kind").asText()))
                    .findFirst()
                    .orElseThrow(() -> wrong(
                            "kind",
                            "is " + kinds(all) + "; an " + RUN + " or an " + MODEL
                                    + " of edgeai.dev/v1alpha1 is needed"));
        } catch (JsonProcessingException e) {
            throw new UsageException(file + " is no YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UsageException("Cannot read " + file + ": " + e.getMessage());
        }
    }

    private static String kinds(List<JsonNode> documents) {
        return documents.stream()
                .map(one -> "'" + one.path("kind").asText() + "'")
                .collect(Collectors.joining(", "));
    }

    private RunManifest ofTarget(String name, EdgeModelSpec model, @Nullable String wanted) {
        List<String> names = model.targets().stream().map(Target::name).toList();
        Target target = model.targets().stream()
                .filter(t -> wanted == null || t.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> wanted == null
                        ? wrong("spec.targets", "is missing")
                        : wrong("spec.targets", "has no '" + wanted + "'; it has " + String.join(", ", names)));
        return new RunManifest(name + "-" + target.name(), RunInputs.of(model, target));
    }

    private <T> T parse(JsonNode spec, Class<T> type) {
        try {
            T value = YAML.treeToValue(spec, type);
            if (value == null) {
                throw wrong("spec", "is missing");
            }
            return value;
        } catch (JsonMappingException e) {
            throw wrong(field(e), mistake(e));
        } catch (JsonProcessingException e) {
            throw wrong("spec", e.getOriginalMessage());
        }
    }

    private static String field(JsonMappingException e) {
        StringBuilder path = new StringBuilder("spec");
        for (JsonMappingException.Reference step : e.getPath()) {
            path.append(step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName());
        }
        return path.toString();
    }

    private static String mistake(JsonMappingException e) {
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                "is no field; there are "
                        + unknown.getKnownPropertyIds().stream()
                                .map(Object::toString)
                                .sorted()
                                .collect(Collectors.joining(", "));
            case ValueInstantiationException refused ->
                because(refused.getType().getRawClass(), refused);
            case MismatchedInputException mismatch -> because(mismatch.getTargetType(), mismatch);
            default -> e.getOriginalMessage();
        };
    }

    private static String because(@Nullable Class<?> type, JsonMappingException e) {
        if (type != null && type.isEnum()) {
            String names = Json.write(type.getEnumConstants()).replaceAll("[\\[\\]\"]", "");
            return "must be one of " + names.replace(",", ", ");
        }
        if (type == Decimal.class) {
            return "must be a decimal number in quotes, such as \"0.95\"";
        }
        return "is wrong: "
                + (e.getCause() == null ? e.getOriginalMessage() : e.getCause().getMessage());
    }

    /** Fields without which nothing runs; an API server refuses their absence too. */
    @SuppressWarnings({"NullAway", "ConstantValue"}) // what was parsed may lack what the type promises
    private void requireFields(OptimizationRunSpec spec) {
        require("spec.source.uri", spec.source() == null ? null : spec.source().uri());
        require("spec.task", spec.task());
        boolean dataset = spec.evaluation() != null && spec.evaluation().dataset() != null;
        require(
                "spec.evaluation.dataset.uri",
                dataset ? spec.evaluation().dataset().uri() : null);
        require("accelerator", spec.accelerator());
    }

    private void require(String field, @Nullable Object value) {
        if (value == null) {
            throw wrong(field, "is missing");
        }
    }

    private UsageException wrong(String field, String mistake) {
        return new UsageException(file + ": " + field + " " + mistake + ".");
    }
}
