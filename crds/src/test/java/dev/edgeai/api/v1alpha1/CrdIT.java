package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What the API server makes of objects, good and bad. Each refusal must name the field and say what to write. */
@ExtendWith(ApiServer.Extension.class)
class CrdIT {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String NAMESPACE = "crds";

    private static final String EDGE_MODEL = """
            apiVersion: edgeai.dev/v1alpha1
            kind: EdgeModel
            metadata: {name: digits, namespace: crds}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              targets: [{name: line, accelerator: intel-cpu}]
            """;

    private static final String RUN = """
            apiVersion: edgeai.dev/v1alpha1
            kind: OptimizationRun
            metadata: {name: digits, namespace: crds}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              accelerator: intel-cpu
            """;

    private static ApiServer server;
    private static KubernetesClient client;

    @BeforeAll
    static void start(ApiServer apiServer) {
        server = apiServer;
        client = apiServer.client();
        server.namespace(NAMESPACE);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/spec/source/uri | https://host/model.onnx",
                "/spec/source/digest | sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "/spec/source/followTag | true",
                "/spec/source | {uri: 'https://host/model.onnx', followTag: false}",
                "/spec/gates | {minSpeedup: '1.5', minAccuracyRetention: 1, maxLatencyP95: 1h30m, maxPeakMemory: 512Mi}",
                "/spec/gates | {minSpeedup: 0, minMemoryReduction: '0'}",
                "/spec/gates | {minFidelity: '0.99'}",
                "/spec/rollout/ramp | [{weight: 1}, {weight: 99, hold: 5m}]",
                "/spec/rollout/ramp | []",
                "/spec/objectives | {latency: 0, accuracy: 100, memory: 0, energy: 0}",
                "/spec/rollout/analysis/metrics | [{name: mine, min: 1, prometheus: {query: up}}]",
                "/spec/targets | [{name: a, accelerator: x}, {name: b, accelerator: x}]",
                "/spec/targets/0/gates | {minSpeedup: 1}",
                "/spec/targets/0/serving | {replicas: 0, resources: {limits: {memory: 1Gi, nvidia.com/gpu: 1}}}",
                "/spec/targets/0/serving | {resources: {requests: {cpu: 500m, memory: 1024Mi}, limits: {cpu: 1, memory: 1Gi}}}",
                "/spec/source/uri | https://user@[2001:db8::1]:8443/model.onnx",
                "/spec/source/uri | oci://my_registry.svc:5000/models/digits:1",
                "/spec/rollout | {bake: 0s, progressDeadline: 0m1s, ramp: [{weight: 5, hold: 0s}]}",
                "/spec/rollout | {whenNoneQualifies: Nothing}",
                "/spec/replicas | 10000",
                "/spec/suspend | true",
            })
    void goodEdgeModelsAreAccepted(String path, String value) throws Exception {
        dryRun(EDGE_MODEL, path, value);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/spec/source/uri | ftp://host/model | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/source/uri | model.onnx | spec.source.uri | 'edgeai push'",
                "/spec/source/uri | oci://host | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/source/digest | sha256:beef | spec.source.digest | should match '^sha256:",
                "/spec/source | {uri: 'https://host/a.onnx', followTag: true} | spec.source | needs a tag that can move",
                "/spec/source | {uri: 'oci://r/a@sha256:0', followTag: true} | spec.source | needs a tag that can move",
                "/spec/evaluation/dataset/uri | hf://digits | spec.evaluation.dataset.uri | https://host/file",
                "/spec/evaluation/samples | 3 | spec.evaluation.samples | greater than or equal to 16",
                "/spec/task | Poetry | spec.task | \\\"Generic\\\", \\\"ImageClassification\\\"",
                "/spec/rollout/ramp | [{weight: 50}, {weight: 10}] | spec.rollout.ramp | weights must rise",
                "/spec/rollout/ramp | [{weight: 50}, {weight: 50}] | spec.rollout.ramp | weights must rise",
                "/spec/rollout/ramp | [{weight: 0}] | spec.rollout.ramp[0].weight | must be from 1 to 99",
                "/spec/rollout/ramp | [{weight: 100}] | spec.rollout.ramp[0].weight | full weight follows the last step",
                "/spec/rollout/ramp | [{hold: 1m}] | spec.rollout.ramp[0].weight | Required value",
                "/spec/rollout/bake | 10 minutes | spec.rollout.bake | for example 50ms, 30s",
                "/spec/rollout/bake | 9999999999999999999h | spec.rollout.bake | for example 50ms, 30s",
                "/spec/gates | {minAccuracyRetention: '3'} | spec.gates.minAccuracyRetention | a share from 0 to 1",
                "/spec/gates | {minFidelity: '1.01'} | spec.gates.minFidelity | a share from 0 to 1",
                "/spec/targets/0/gates | {minFidelity: 2} | spec.targets[0].gates.minFidelity | a share from 0 to 1",
                "/spec/objectives | {latency: 0, accuracy: 0, memory: 0} | spec.objectives | must be above 0",
                "/spec/objectives | {latency: 101} | spec.objectives.latency | less than or equal to 100",
                "/spec/targets | [] | spec.targets | at least 1 items",
                "/spec/targets | [{name: a, accelerator: x}, {name: a, accelerator: y}] | spec.targets | only once",
                "/spec/targets | [{name: A_b, accelerator: x}] | spec.targets[0].name | should match",
                "/spec/targets | [{name: a}] | spec.targets[0].accelerator | Required value",
                "/spec/targets/0/rollout/ramp | [{weight: 9}, {weight: 8}] | spec.targets[0].rollout.ramp | must rise",
                "/spec/gates/minSpeedup | '-1' | spec.gates.minSpeedup | a number of 0 or more",
                "/spec/gates/minSpeedup | -1 | spec.gates.minSpeedup | a number of 0 or more",
                "/spec/gates/minSpeedup | '2x' | spec.gates.minSpeedup | in quotes when it has a fraction",
                "/spec/gates/minSpeedup | 1.5 | spec.gates.minSpeedup | must be of type integer,string",
                "/spec/gates/maxLatencyP95 | 50 | spec.gates.maxLatencyP95 | must be of type string",
                "/spec/gates/maxLatencyP95 | 50 ms | spec.gates.maxLatencyP95 | for example 50ms",
                "/spec/gates/maxPeakMemory | lots | spec.gates.maxPeakMemory | for example 512Mi",
                "/spec/targets/0/serving | {resources: {limits: {memory: 1 GB}}} | resources.limits[memory] | a quantity",
                "/spec/rollout/analysis/metrics | [{name: error-rate}] | spec.rollout.analysis.metrics[0] | give max, min",
                "/spec/rollout/analysis/metrics | [{name: mine, max: 1}] | spec.rollout.analysis.metrics[0] | query",
                "/spec/source/uri | http:// | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/source/uri | http:///model.onnx | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/source/uri | http://:80/model.onnx | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/source/uri | 'https:// /model.onnx' | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/source/uri | https://?a/model.onnx | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/evaluation/dataset/uri | oci://:5000/d:1 | spec.evaluation.dataset.uri | https://host/file",
                "/spec/targets/0/serving | {resources: {requests: {memory: -1Gi}}} | resources.requests[memory] | of 0 or more",
                "/spec/targets/0/serving | {resources: {limits: {cpu: -1}}} | resources.limits[cpu] | of 0 or more",
                "/spec/targets/0/serving | {resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}} | spec.targets[0].serving.resources | at most its limit",
                "/spec/targets/0/serving | {resources: {requests: {cpu: 2}, limits: {cpu: 500m}}} | spec.targets[0].serving.resources | at most its limit",
                "/spec/targets/0/serving/replicas | 2147483647 | spec.targets[0].serving.replicas | less than or equal to 10000",
                "/spec/replicas | 10001 | spec.replicas | less than or equal to 10000",
                "/spec/rollout/analysis/interval | 0s | spec.rollout.analysis.interval | more than 0",
                "/spec/rollout/progressDeadline | 0h0m0s | spec.rollout.progressDeadline | more than 0",
                "/spec/targets/0/rollout/progressDeadline | 0ms | spec.targets[0].rollout.progressDeadline | more than 0",
                "/spec/targets/0/search/timeout | 0m | spec.targets[0].search.timeout | more than 0",
                "/spec/gates/maxLatencyP95 | 0ms | spec.gates.maxLatencyP95 | more than 0",
                "/spec/gates/maxPeakMemory | 0 | spec.gates.maxPeakMemory | more than 0",
                "/spec/gates/maxSize | -5Mi | spec.gates.maxSize | more than 0",
                "/spec/remediation/policy | Sometimes | spec.remediation.policy | \\\"Automatic\\\", \\\"None\\\", \\\"Suggest\\\"",
                "/spec/rollout/whenNoneQualifies | Wait | spec.rollout.whenNoneQualifies | \\\"Nothing\\\", \\\"ServeSource\\\"",
                "/spec/replicas | -1 | spec.replicas | greater than or equal to 0",
                "/spec/suspend | maybe | spec.suspend | must be of type boolean",
                "/spec/gatez | {} | spec.gatez | unknown field",
                "/metadata/name | a234567890123456789012345678901234567890123456789012345678901234 | metadata.name | 63",
            })
    void badEdgeModelsAreRefusedWithFieldAndRemedy(String path, String value, String field, String remedy) {
        assertThatThrownBy(() -> dryRun(EDGE_MODEL, path, value))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(field)
                .hasMessageContaining(remedy.replace("\\\"", "\""));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/spec/source/uri | s3:/x | spec.source.uri | must be oci://registry/repository:tag",
                "/spec/search/maxTrials | 65 | spec.search.maxTrials | less than or equal to 64",
                "/spec/search/parallelism | 0 | spec.search.parallelism | greater than or equal to 1",
                "/spec/search/timeout | 0s | spec.search.timeout | more than 0",
                "/spec/search/timeout | soon | spec.search.timeout | for example 50ms, 30s",
                "/spec/search/frameworks | [TensorRT] | spec.search.frameworks[0] | \\\"OnnxRuntime\\\", \\\"OpenVINO\\\"",
                "/spec/gates/minMemoryReduction | 0.5 | spec.gates.minMemoryReduction | must be of type integer,string",
                "/spec/retention | Pareto | spec.retention | unknown field",
                "/spec/ttlAfterFinished | 1d | spec.ttlAfterFinished | a unit (ms, s, m, h)",
                "/metadata/name | a234567890123456789012345678901234567890123456789012345678901234 | metadata.name | 63",
            })
    void badRunsAreRefusedWithFieldAndRemedy(String path, String value, String field, String remedy) {
        assertThatThrownBy(() -> dryRun(RUN, path, value))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(field)
                .hasMessageContaining(remedy.replace("\\\"", "\""));
    }

    @ParameterizedTest
    @CsvSource({"source", "task", "evaluation", "accelerator"})
    void aRunNeedsItsInputs(String field) throws Exception {
        ObjectNode run = (ObjectNode) YAML.readTree(RUN);
        ((ObjectNode) run.get("spec")).remove(field);
        assertThatThrownBy(() -> dryRun(run)).hasMessageContaining("spec." + field + ": Required value");
    }

    @ParameterizedTest
    @CsvSource({"EdgeModel", "OptimizationRun"})
    void anObjectWithoutSpecIsRefused(String kind) throws Exception {
        ObjectNode object = (ObjectNode) YAML.readTree(kind.equals("EdgeModel") ? EDGE_MODEL : RUN);
        object.remove("spec");
        assertThatThrownBy(() -> dryRun(object)).hasMessageContaining("spec: Required value");
    }

    @Test
    void theSpecOfARunCannotChange() throws Exception {
        GenericKubernetesResource run =
                client.resource(resource(YAML.readTree(RUN))).create();
        try {
            assertThatThrownBy(() -> client.genericKubernetesResources("edgeai.dev/v1alpha1", "OptimizationRun")
                            .inNamespace(NAMESPACE)
                            .withName("digits")
                            .edit(found -> {
                                found.setAdditionalProperty("spec", changed(found, "seed", 7));
                                return found;
                            }))
                    .hasMessageContaining("spec of an OptimizationRun cannot change; make a new run");
        } finally {
            client.resource(run).delete();
        }
    }

    @Test
    void everyDefaultStandsInTheStoredObject() throws Exception {
        JsonNode spec = dryRun(YAML.readTree(EDGE_MODEL)).at("/spec");

        assertThat(spec.at("/gates").toString())
                .isEqualTo("{\"maxKlDivergence\":\"0.1\",\"maxLatencyVariation\":\"0.2\","
                        + "\"maxPerplexityIncrease\":\"0.1\",\"minAccuracyRetention\":\"0.95\","
                        + "\"minMemoryReduction\":\"0.5\",\"minSpeedup\":\"2\"}");
        assertThat(spec.at("/objectives").toString())
                .isEqualTo("{\"accuracy\":30,\"energy\":0,\"latency\":50,\"memory\":20}");
        assertThat(spec.at("/rollout/ramp").toString())
                .isEqualTo("[{\"hold\":\"30s\",\"weight\":10},{\"hold\":\"60s\",\"weight\":50}]");
        assertThat(spec.at("/rollout/analysis/metrics/0/consecutiveErrorLimit").asInt())
                .isEqualTo(4);
        assertThat(spec.at("/rollout/analysis/falseAlarmRate").asText()).isEqualTo("0.01");
        assertThat(spec.at("/rollout/traffic/provider").asText()).isEqualTo("Service");
        assertThat(spec.at("/rollout/whenNoneQualifies").asText()).isEqualTo("ServeSource");
        assertThat(spec.at("/targets/0/search/timeout").asText()).isEqualTo("1h");
        assertThat(spec.at("/targets/0/search/strategy").asText()).isEqualTo("Progressive");
        assertThat(spec.at("/targets/0/delivery").asText()).isEqualTo("Serve");
        assertThat(spec.at("/evaluation/samples").asInt()).isEqualTo(1000);
        assertThat(spec.at("/remediation/cooldown").asText()).isEqualTo("10m");
        assertThat(spec.at("/replicas").asInt()).isEqualTo(1);
    }

    @Test
    void javaAndTheSchemaHaveTheSameDefaults() throws Exception {
        EdgeModel bare = YAML.readValue(EDGE_MODEL, EdgeModel.class);
        EdgeModel stored = YAML.convertValue(dryRun(YAML.readTree(EDGE_MODEL)), EdgeModel.class);
        assertThat(stored.getSpec()).isEqualTo(bare.getSpec());

        OptimizationRun bareRun = YAML.readValue(RUN, OptimizationRun.class);
        OptimizationRun storedRun = YAML.convertValue(dryRun(YAML.readTree(RUN)), OptimizationRun.class);
        assertThat(storedRun.getSpec()).isEqualTo(bareRun.getSpec());
    }

    @Test
    void wholeNumbersAreReadWithAndWithoutQuotes() throws Exception {
        JsonNode stored = dryRun(with(EDGE_MODEL, "/spec/gates/minSpeedup", "2"));
        assertThat(YAML.convertValue(stored, EdgeModel.class).getSpec().gates().minSpeedup())
                .isEqualTo(Decimal.of("2"));
    }

    @Test
    void kubectlScaleMovesReplicasAndReadsTheSelector() throws Exception {
        EdgeModel model =
                client.resource(YAML.readValue(EDGE_MODEL, EdgeModel.class)).create();
        try {
            server.kubectl("scale", "edgemodel", "digits", "-n", NAMESPACE, "--replicas=3");
            assertThat(client.resource(model).get().getSpec().replicas()).isEqualTo(3);

            EdgeModel status = new EdgeModel();
            status.setMetadata(new ObjectMetaBuilder()
                    .withName("digits")
                    .withNamespace(NAMESPACE)
                    .build());
            status.setStatus(EdgeModelStatusBuilder.builder()
                    .observedGeneration(1L)
                    .phase(ModelPhase.SERVING)
                    .variant("openvino/int8-ptq")
                    .speedup(Decimal.of("2.5"))
                    .accuracyRetention(Decimal.of("0.99"))
                    .weight(100)
                    .replicas(3)
                    .selector("edgeai.dev/model=digits")
                    .build());
            client.resource(status).subresource("status").patch(PatchContext.of(PatchType.JSON_MERGE));

            var scale = client.resource(model).scale();
            assertThat(scale.getSpec().getReplicas()).isEqualTo(3);
            assertThat(scale.getStatus().getReplicas()).isEqualTo(3);
            assertThat(scale.getStatus().getSelector()).isEqualTo("edgeai.dev/model=digits");
            assertThat(server.kubectl("get", "em", "digits", "-n", NAMESPACE)
                            .lines()
                            .skip(1))
                    .singleElement()
                    .asString()
                    .containsPattern("^digits +ImageClassification +Serving +openvino/int8-ptq +2.5 +0.99 +100 ");
        } finally {
            client.resource(model).delete();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EdgeModel, em, NAME TASK PHASE VARIANT SPEEDUP RETAINED WEIGHT READY AGE",
        "OptimizationRun, or, NAME MODEL ACCELERATOR PHASE TRIALS PARETO SELECTED SPEEDUP RETAINED AGE"
    })
    void kubectlGetShowsTheColumnsInOrder(String kind, String shortName, String columns) throws Exception {
        GenericKubernetesResource object = client.resource(
                        resource(YAML.readTree(kind.equals("EdgeModel") ? EDGE_MODEL : RUN)))
                .create();
        try {
            String header = server.kubectl("get", shortName, "-n", NAMESPACE)
                    .lines()
                    .findFirst()
                    .orElseThrow();
            assertThat(header.strip().split(" +")).containsExactly(columns.split(" "));
        } finally {
            client.resource(object).delete();
        }
    }

    @ParameterizedTest
    @CsvSource({"EdgeModel", "OptimizationRun"})
    void explainHasWordsForEachField(String kind) {
        JSONSchemaProps schema = client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(kind.toLowerCase(Locale.ROOT) + "s.edgeai.dev")
                .require()
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema();
        assertThat(wordless("", schema)).isEmpty();
    }

    private static List<String> wordless(String path, JSONSchemaProps schema) {
        List<String> all = new ArrayList<>();
        schema.getProperties().forEach((name, property) -> {
            boolean metadata =
                    path.isEmpty() && List.of("apiVersion", "kind", "metadata").contains(name);
            if (property.getDescription() == null && !metadata) {
                all.add(path + "." + name);
            }
            all.addAll(wordless(path + "." + name, property));
        });
        if (schema.getItems() != null) {
            all.addAll(wordless(path + "[]", schema.getItems().getSchema()));
        }
        return all;
    }

    @Test
    void whatWasStoredBeforeARuleGoesOn() throws Exception {
        var definitions =
                client.apiextensions().v1().customResourceDefinitions().withName("edgemodels.edgeai.dev");
        CustomResourceDefinition strict = definitions.require();
        definitions.edit(crd -> {
            JSONSchemaProps spec =
                    Objects.requireNonNull(schema(crd).getProperties().get("spec"));
            Objects.requireNonNull(spec.getProperties().get("replicas")).setMaximum(null);
            lenient(spec);
            return crd;
        });
        JsonNode bad = with(EDGE_MODEL, "/spec/rollout", "{progressDeadline: 0s, analysis: {interval: 0s}}");
        ((ObjectNode) bad.at("/spec")).put("replicas", 20_000);
        ((ObjectNode) bad.at("/spec/source")).put("uri", "http://:80/model.onnx");
        ((ObjectNode) bad.at("/spec/targets/0"))
                .set("serving", YAML.readTree("{resources: {requests: {memory: -1Gi}, limits: {cpu: 1}}}"));
        GenericKubernetesResource stored = await("the lenient schema serves")
                .ignoreExceptions()
                .until(() -> client.resource(resource(bad)).create(), Objects::nonNull);
        try {
            definitions.edit(crd -> {
                crd.setSpec(strict.getSpec());
                return crd;
            });
            await("the strict schema serves")
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThatThrownBy(() -> dryRun(
                                    EDGE_MODEL.replace("name: digits,", "name: other,"), "/spec/replicas", "20000"))
                            .hasMessageContaining("spec.replicas"));
            EdgeModel model = client.resources(EdgeModel.class)
                    .inNamespace(NAMESPACE)
                    .withName("digits")
                    .require();
            assertThat(model.getSpec().rollout().analysis().interval().duration())
                    .isZero();
            server.kubectl(
                    "patch",
                    "edgemodel",
                    "digits",
                    "-n",
                    NAMESPACE,
                    "--subresource=status",
                    "--type=merge",
                    "--patch={\"status\":{\"phase\":\"Serving\"}}");
            server.kubectl("annotate", "edgemodel", "digits", "-n", NAMESPACE, "edgeai.dev/retry=1");
        } finally {
            client.resource(stored).delete();
        }
    }

    private static JSONSchemaProps schema(CustomResourceDefinition crd) {
        return crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    }

    private static void lenient(JSONSchemaProps schema) {
        schema.setXKubernetesValidations(List.of());
        schema.getProperties().values().forEach(CrdIT::lenient);
        if (schema.getItems() != null) {
            lenient(schema.getItems().getSchema());
        }
        if (schema.getAdditionalProperties() != null) {
            lenient(schema.getAdditionalProperties().getSchema());
        }
    }

    @Test
    void oneCategoryHoldsBothKinds() throws Exception {
        assertThat(server.kubectl("api-resources", "--categories", "edgeai", "-o", "name")
                        .lines())
                .containsExactlyInAnyOrder("edgemodels.edgeai.dev", "optimizationruns.edgeai.dev");
    }

    private static JsonNode dryRun(String manifest, String path, String value) throws JsonProcessingException {
        return dryRun(with(manifest, path, value));
    }

    private static JsonNode dryRun(JsonNode manifest) {
        GenericKubernetesResource made = client.resource(resource(manifest))
                .dryRun(true)
                .fieldValidation(FieldValidateable.Validation.STRICT)
                .create();
        return YAML.valueToTree(made);
    }

    private static GenericKubernetesResource resource(JsonNode manifest) {
        return YAML.convertValue(manifest, GenericKubernetesResource.class);
    }

    /** The manifest with a value, as YAML, put at a place; the way there is made where it is missing. */
    private static JsonNode with(String manifest, String path, String value) throws JsonProcessingException {
        JsonNode root = YAML.readTree(manifest);
        String[] names = path.substring(1).split("/");
        JsonNode node = root;
        for (int i = 0; i < names.length - 1; i++) {
            if (node instanceof ArrayNode array) {
                node = array.get(Integer.parseInt(names[i]));
            } else {
                node = node.has(names[i]) ? node.get(names[i]) : ((ObjectNode) node).putObject(names[i]);
            }
        }
        ((ObjectNode) node).set(names[names.length - 1], YAML.readTree(value));
        return root;
    }

    private static Object changed(GenericKubernetesResource found, String field, int value) {
        ObjectNode spec = YAML.valueToTree(
                Objects.requireNonNull(found.getAdditionalProperties().get("spec")));
        spec.put(field, value);
        return YAML.convertValue(spec, Object.class);
    }
}
