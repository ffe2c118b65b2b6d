package dev.edgeai.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fabric8.kubernetes.api.model.HasMetadata;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The schema of one kind as its CRD has it: the file that a cluster is given is the one that is read here. */
public final class ResourceSchema {
    private static final String RULES = "x-kubernetes-validations";
    private static final String INT_OR_STRING = "x-kubernetes-int-or-string";

    /** Types of what is written as text; absent where a number is taken too. */
    private static final Set<String> TEXTS = Set.of("string", "");

    private final String kind;
    private final String apiVersion;
    private final ObjectNode schema;
    private final Schema validator;

    private ResourceSchema(JsonNode crd) {
        kind = crd.at("/spec/names/kind").asText();
        JsonNode version = crd.at("/spec/versions/0");
        apiVersion = crd.at("/spec/group").asText() + "/" + version.path("name").asText();
        schema = (ObjectNode) version.at("/schema/openAPIV3Schema");
        ObjectNode metadata = schema.withObjectProperty("properties").putObject("metadata");
        ObjectMetadata.describe(metadata);
        schema.withObjectProperty("properties").putObject("apiVersion").put("type", "string");
        schema.withObjectProperty("properties").putObject("kind").put("type", "string");
        schema.withArrayProperty("required").add("metadata");
        validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(strict(schema.deepCopy()));
    }

    /** Of a kind of this project. */
    public static ResourceSchema of(Class<? extends HasMetadata> type) {
        String file = "/META-INF/fabric8/" + HasMetadata.getFullResourceName(type) + "-v1.yml";
        try (InputStream crd = type.getResourceAsStream(file)) {
            return new ResourceSchema(new YAMLMapper().readTree(crd));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String kind() {
        return kind;
    }

    /** Group and version, such as {@code edgeai.dev/v1alpha1}. */
    public String apiVersion() {
        return apiVersion;
    }

    /**
     * A manifest as an API server would keep it.
     *
     * @param manifest completed in place with the schema's defaults
     * @return what is wrong with it, each with its field; empty: nothing
     */
    public List<String> admit(ObjectNode manifest) {
        manifest.remove("status"); // the operator's alone; not looked at when a manifest is applied
        Defaults.complete(manifest, schema);
        List<String> mistakes = validator.validate(manifest).stream()
                .map(this::mistake)
                .distinct()
                .collect(Collectors.toList());
        if (mistakes.isEmpty()) {
            checkRules(manifest, schema, FieldPath.ROOT, mistakes);
        }
        return mistakes;
    }

    /** Fields that the schema does not know are mistakes, and what is Kubernetes' own is put into words of JSON Schema. */
    private static ObjectNode strict(ObjectNode schema) {
        if (schema.path(INT_OR_STRING).asBoolean()) {
            schema.remove("anyOf");
            schema.putArray("type").add("integer").add("string");
        }
        if (schema.has("properties")
                && !schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            schema.put("additionalProperties", false);
        }
        schema.remove(List.of(RULES, INT_OR_STRING));
        schema.path("properties").forEach(property -> strict((ObjectNode) property));
        for (String inner : List.of("items", "additionalProperties")) {
            if (schema.path(inner) instanceof ObjectNode entries) {
                strict(entries);
            }
        }
        return schema;
    }

    private String mistake(Error error) {
        FieldPath field = FieldPath.of(error.getInstanceLocation().toString());
        JsonNode at = field.in(schema);
        String keyword = error.getKeyword();
        JsonNode limit = at.path(keyword);
        return switch (keyword) {
            case "required" -> field.child(error.getProperty()) + " is missing";
            case "additionalProperties" ->
                field.child(error.getProperty()) + " is no field; there are " + names(at.path("properties"));
            case "enum" -> field + " must be one of " + texts(limit);
            case "minimum" -> field + " must be at least " + number(limit);
            case "maximum" -> field + " must be at most " + number(limit);
            case "minItems" -> field + " must have at least " + limit + " entries";
            case "maxItems" -> field + " must have at most " + limit + " entries";
            case "maxLength" -> field + " must have at most " + limit + " characters";
            case "pattern" -> field + " must match " + limit.asText();
            case "type" ->
                at.has(RULES) && TEXTS.contains(limit.asText()) // a rule says what to write instead
                        ? field + ": " + at.at("/" + RULES + "/0/message").asText()
                        : field + " must be of type " + limit.asText();
            default -> field + ": " + error.getMessage();
        };
    }

    private static String names(JsonNode properties) {
        return String.join(
                ", ",
                new TreeSet<>(properties.propertyStream().map(Map.Entry::getKey).toList()));
    }

    private static String texts(JsonNode values) {
        return values.valueStream().map(JsonNode::asText).collect(Collectors.joining(", "));
    }

    private static String number(JsonNode limit) {
        return limit.decimalValue().stripTrailingZeros().toPlainString();
    }

    private static void checkRules(JsonNode value, JsonNode schema, FieldPath path, List<String> mistakes) {
        for (JsonNode rule : schema.path(RULES)) {
            if (!Rules.hold(rule.path("rule").asText(), value)) {
                String message = rule.path("message").asText();
                mistakes.add(path.equals(FieldPath.ROOT) ? message : path + ": " + message);
            }
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            FieldPath step = new FieldPath(List.of(field.getKey()));
            checkRules(field.getValue(), step.in(schema), path.child(field.getKey()), mistakes);
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            checkRules(value.get(i), schema.path("items"), path.child(Integer.toString(i)), mistakes);
        }
    }
}
