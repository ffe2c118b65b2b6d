package dev.edgeai.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import io.fabric8.kubernetes.api.model.HasMetadata;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** The limits of the CRDs, read from the files that a cluster gets, hold here too. */
class ResourceSchemaTest {
    private static final String RUN = """
            apiVersion: edgeai.dev/v1alpha1
            kind: OptimizationRun
            metadata: {name: digits}
            spec:
              source: {uri: "oci://registry.example/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry.example/digits-data:1"}}
              accelerator: some-cpu
            """;

    private static final String MODEL = """
            apiVersion: edgeai.dev/v1alpha1
            kind: EdgeModel
            metadata: {name: digits}
            spec:
              source: {uri: "oci://registry.example/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry.example/digits-data:1"}}
              rollout:
                ramp: [{weight: 10}]
                analysis: {metrics: [{name: error-rate, max: "0.1"}]}
              targets:
                - name: gate
                  accelerator: some-cpu
                  rollout:
                    ramp: [{weight: 10}]
                    analysis: {metrics: [{name: error-rate, max: "0.1"}]}
            """;

    @TestFactory
    Stream<DynamicTest> everyLimitHolds() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        collect(OptimizationRun.class, RUN, tests);
        collect(EdgeModel.class, MODEL, tests);
        assertThat(tests).hasSizeGreaterThan(150);
        return tests.stream();
    }

    private static void collect(Class<? extends HasMetadata> type, String manifest, List<DynamicTest> tests)
            throws IOException {
        String file = "/META-INF/fabric8/" + HasMetadata.getFullResourceName(type) + "-v1.yml";
        try (InputStream crd = type.getResourceAsStream(file)) {
            JsonNode spec =
                    new YAMLMapper().readTree(crd).at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
            collect(type, manifest, spec, List.of("spec"), tests);
        }
    }

    private static void collect(
            Class<? extends HasMetadata> type,
            String manifest,
            JsonNode schema,
            List<String> path,
            List<DynamicTest> tests) {
        for (JsonNode wrong : violations(schema)) {
            FieldPath field = new FieldPath(path);
            tests.add(dynamicTest(
                    type.getSimpleName() + ": " + field + " = " + wrong,
                    () -> assertThat(mistakes(type, manifest, path, wrong))
                            .anySatisfy(mistake -> assertThat(mistake).startsWith(field.toString()))));
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            collect(type, manifest, property.getValue(), longer(path, property.getKey()), tests);
        }
        if (schema.path("items").has("properties")) {
            collect(type, manifest, schema.path("items"), longer(path, "0"), tests);
        }
    }

    /** Values that the schema itself excludes; what its rules exclude stands in the tables below. */
    private static List<JsonNode> violations(JsonNode schema) {
        List<Object> values = new ArrayList<>();
        if (schema.has("minimum")) {
            values.add(schema.path("minimum").asLong() - 1);
        }
        if (schema.has("maximum")) {
            values.add(schema.path("maximum").asLong() + 1);
        }
        if (schema.has("enum") || schema.has("pattern")) {
            values.add("?");
        }
        switch (schema.path("type").asText()) {
            case "integer", "boolean", "array" -> values.add("?");
            case "string" -> values.add(1);
            case "object" -> values.add(List.of());
            default -> {}
        }
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            values.addAll(List.of(1.5, "-1", "?", true));
        }
        if (schema.has("properties")) {
            values.add(Map.of("nonsense", 1));
        }
        return values.stream()
                .map(value -> (JsonNode) new YAMLMapper().valueToTree(value))
                .toList();
    }

    private static List<String> mistakes(
            Class<? extends HasMetadata> type, String manifest, List<String> path, JsonNode wrong) throws IOException {
        ObjectNode root = (ObjectNode) new YAMLMapper().readTree(manifest);
        JsonNode at = root;
        for (int i = 0; i < path.size() - 1; i++) {
            at = step(at, path.get(i), path.get(i + 1).equals("0"));
        }
        if (at instanceof ArrayNode list) {
            list.set(Integer.parseInt(path.getLast()), wrong);
        } else {
            ((ObjectNode) at).set(path.getLast(), wrong);
        }
        return ResourceSchema.of(type).admit(root);
    }

    private static JsonNode step(JsonNode at, String step, boolean toList) {
        if (at instanceof ArrayNode list) {
            return list.get(Integer.parseInt(step));
        }
        ObjectNode object = (ObjectNode) at;
        if (!object.has(step)) {
            object.set(step, toList ? object.arrayNode().add(object.objectNode()) : object.objectNode());
        }
        return object.get(step);
    }

    private static List<String> longer(List<String> path, String step) {
        return Stream.concat(path.stream(), Stream.of(step)).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "objectives: {latency: 0, accuracy: 0, memory: 0} | spec.objectives: objectives: at least one",
                "objectives: {latency: 0, accuracy: 0, memory: 1} |",
                "objectives: {energy: 1} |",
                "gates: {maxLatencyP95: 0ms}   | spec.gates.maxLatencyP95: give more than 0",
                "gates: {maxLatencyP95: 20 ms} | spec.gates.maxLatencyP95: give a number and a unit",
                "gates: {maxLatencyP95: 20ms}  |",
                "gates: {maxPeakMemory: 0}     | spec.gates.maxPeakMemory: give more than 0",
                "gates: {maxPeakMemory: 0Mi}   | spec.gates.maxPeakMemory: give more than 0",
                "gates: {maxPeakMemory: 12 MB} | spec.gates.maxPeakMemory: give a quantity",
                "gates: {maxPeakMemory: 512Mi} |",
                "gates: {minSpeedup: 2}        |",
                "gates: {minSpeedup: 1.5}      | spec.gates.minSpeedup: give a number of 0 or more, in quotes",
                "gates: {minSpeedup: \"1.5\"}  |",
                "gates: {minAccuracyRetention: \"1.01\"} | spec.gates.minAccuracyRetention: give a share from 0 to 1",
                "gates: {minAccuracyRetention: 2}        | spec.gates.minAccuracyRetention: give a share from 0 to 1",
                "gates: {minFidelity: \"1.01\"} | spec.gates.minFidelity: give a share from 0 to 1",
                "gates: {minFidelity: 0}       |",
                "gates:                        |",
                "search: {frameworks: [OnnxRuntime, Torch]} | spec.search.frameworks[1] must be one of LlamaCpp, MLX, ",
                "search: {maxTrials: 64}       |",
                "nonsense: 1                   | spec.nonsense is no field; there are accelerator, evaluation, gates, ",
            })
    void theRulesOfARunHold(String addition, String told) throws IOException {
        ObjectNode run = (ObjectNode) new YAMLMapper().readTree(RUN + "  " + addition + "\n");

        List<String> mistakes = ResourceSchema.of(OptimizationRun.class).admit(run);

        if (told == null) {
            assertThat(mistakes).isEmpty();
        } else {
            assertThat(mistakes).singleElement().asString().startsWith(told);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name: gate                 | name: Gate           | spec.targets[0].name must match ",
                "uri: \"oci://registry.example/digits:1\" | uri: digits.onnx | spec.source.uri: source.uri must be oci://",
                "ramp: [{weight: 10}]       | ramp: [{weight: 50}, {weight: 10}] | spec.rollout.ramp: rollout.ramp: weights must rise",
                "ramp: [{weight: 10}]       | ramp: [{weight: 0}]  | spec.rollout.ramp[0].weight: rollout.ramp.weight must be",
                "name: error-rate, max: \"0.1\" | name: error-rate | spec.rollout.analysis.metrics[0]: analysis.metrics: give max",
                "name: error-rate           | name: joy            | spec.rollout.analysis.metrics[0]: analysis.metrics.name must",
                "metadata: {name: digits}   | metadata: {name: ../../digits} | metadata.name must match ",
                "metadata: {name: digits}   | metadata: {name: a123456789012345678901234567890123456789012345678901234567890123} | metadata.name may have at most 63",
                "metadata: {name: digits}   | metadata: {namespace: digits} | metadata.name is missing",
                "metadata: {name: digits}   | metadata: {name: digits, lables: {a: b}} | metadata.lables is no field; there are annotations,",
                "task: ImageClassification  | tsak: ImageClassification | spec.task is missing",
            })
    void theRulesOfAModelHold(String right, String wrong, String told) throws IOException {
        ObjectNode model = (ObjectNode) new YAMLMapper().readTree(MODEL.replaceFirst(Pattern.quote(right), wrong));

        assertThat(ResourceSchema.of(EdgeModel.class).admit(model))
                .anySatisfy(mistake -> assertThat(mistake).startsWith(told));
    }

    @Test
    void aRequestMayNotExceedItsLimit() throws IOException {
        ObjectNode model = (ObjectNode)
                new YAMLMapper()
                        .readTree(
                                MODEL
                                        + "      serving: {resources: {requests: {memory: 2Gi, cpu: 1}, limits: {memory: 1Gi, cpu: 1500m}}}\n");

        assertThat(ResourceSchema.of(EdgeModel.class).admit(model))
                .containsExactly("spec.targets[0].serving.resources: resources: each request may be at most its limit");
    }

    @Test
    void twoTargetsOfOneNameAreRefused() throws IOException {
        ObjectNode model = (ObjectNode) new YAMLMapper().readTree(MODEL + "    - {name: gate, accelerator: other}\n");

        assertThat(ResourceSchema.of(EdgeModel.class).admit(model))
                .containsExactly("spec.targets: targets: each name may stand only once");
    }

    @Test
    void whatIsRightGetsItsDefaults() throws IOException {
        ObjectNode run =
                (ObjectNode) new YAMLMapper().readTree(RUN + "  objectives: {energy: 5}\nstatus: {phase: Failed}\n");

        assertThat(ResourceSchema.of(OptimizationRun.class).admit(run)).isEmpty();
        assertThat(run.at("/spec/evaluation/samples").asInt()).isEqualTo(1000);
        assertThat(run.at("/spec/objectives"))
                .hasToString("{\"energy\":5,\"accuracy\":30,\"latency\":50,\"memory\":20}");
        assertThat(run.at("/spec/search/maxTrials").asInt()).isEqualTo(8);
        assertThat(run.has("status")).isFalse();
    }
}
