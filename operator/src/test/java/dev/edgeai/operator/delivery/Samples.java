package dev.edgeai.operator.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.rollout.Serving;
import dev.edgeai.api.v1alpha1.source.Task;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

/** Inputs of the builders. */
public final class Samples {
    static final String ARTIFACT = "registry:5000/models/vision/digits@sha256:" + "a".repeat(64);
    static final ServedVersion VERSION =
            new ServedVersion("0a1b2c3d4e", ARTIFACT, "sha256:" + "c".repeat(64), "registry:5000/edgeai/runtime:1");

    /** A complete configuration. */
    public static final String CONFIG = """
            registry: {prefix: registry:5000/models, plainHttp: [registry:5000]}
            images: {runtime: registry:5000/edgeai/runtime:1, optimizers: {OpenVINO: openvino:1, OnnxRuntime: ort:1}}
            maxSourceBytes: 1048576
            accelerators:
              - name: intel-cpu
                delivery: [Serve, Bundle]
                threads: 2
                tolerations: [{key: edge, operator: Exists}]
                resources: {requests: {cpu: 250m, memory: 256Mi}, limits: {memory: 1Gi}}
              - name: watch
                delivery: [Bundle]
              - name: npu
                delivery: [Serve]
                fallback: intel-cpu
            """;

    private Samples() {}

    /** A YAML text as a value. */
    public static <T> T yaml(String text, Class<T> type) {
        try {
            return new YAMLMapper().readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static ServedTarget target() {
        return target("{}", CONFIG);
    }

    static ServedTarget target(String serving, String config) {
        OperatorConfig parsed = yaml(config, OperatorConfig.class);
        return new ServedTarget(
                new TargetRef("vision", "digits", "line-cameras"),
                new OwnerReferenceBuilder()
                        .withApiVersion("edgeai.dev/v1alpha1")
                        .withKind("EdgeModel")
                        .withName("digits")
                        .withUid("uid")
                        .withController(true)
                        .build(),
                parsed.accelerators().getFirst(),
                yaml(serving, Serving.class),
                Task.IMAGE_CLASSIFICATION,
                parsed,
                "-----BEGIN PUBLIC KEY-----");
    }
}
