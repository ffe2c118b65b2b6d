package dev.edgeai.operator.config;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.rollout.Delivery;
import dev.edgeai.api.v1alpha1.search.Framework;
import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConfigLoaderTest {
    private static final String GOOD = """
            registry: {prefix: "registry.registry:5000/models", plainHttp: ["registry.registry:5000"]}
            images:
              runtime: registry/runtime:1
              optimizers: {OpenVINO: registry/optimizer-openvino:1, OnnxRuntime: registry/optimizer-onnxruntime:1}
            prometheus: {address: "http://prometheus.monitoring:9090", allowed: ["https://metrics.example/team-a"]}
            accelerators:
              - name: intel-cpu
                resources: {requests: {cpu: 250m}, limits: {memory: 2Gi, nvidia.com/gpu: 1}}
                tolerations: [{key: edge, operator: Exists}]
                delivery: [Serve]
              - {name: npu, fallback: intel-cpu, frameworks: [OpenVINO], threads: 2}
            """;

    @TempDir
    private Path folder;

    @Test
    void readsEveryField() throws IOException {
        OperatorConfig config = load(GOOD);
        assertThat(config.images().optimizers()).containsOnlyKeys(Framework.OPENVINO, Framework.ONNX_RUNTIME);
        assertThat(config.accelerators().getFirst().resources().getLimits())
                .isEqualTo(Map.of("memory", new Quantity("2Gi"), "nvidia.com/gpu", new Quantity("1")));
        assertThat(config.accelerators().getFirst().delivery()).containsExactly(Delivery.SERVE);
        assertThat(config.accelerators().getFirst().nodeSelector())
                .isEqualTo(Map.of("edgeai.dev/accelerator", "intel-cpu"));
        assertThat(config.accelerators().getLast().fallback()).isEqualTo("intel-cpu");
        assertThat(config.maxSourceBytes()).isEqualTo(8L << 30);
        assertThat(config.signing().secret()).isEqualTo("edgeai-signing-key");
        assertThat(config.signing().trustedKeys()).isEqualTo("edgeai-trusted-keys");
        assertThat(config.rollout().maxConcurrentUpgrades()).isEqualTo(1);
        assertThat(config.sourceCheck().interval()).hasToString("1h");
        assertThat(config.trials().maxDuration()).hasToString("4h");
        assertThat(config.prometheus().allowed()).containsExactly("https://metrics.example/team-a");
    }

    @Test
    void tellsAllProblemsAtOnce() {
        assertThatThrownBy(() -> load("""
                        registry: {prefix: "http://registry/models", plainHttp: ["http://registry"]}
                        images: {pullPolicy: Sometimes}
                        accelerators:
                          - {name: intel-cpu}
                          - {name: intel-cpu, fallback: gpu}
                          - {name: Big_GPU, threads: -1}
                          - {threads: 2}
                          - {name: a, fallback: b}
                          - {name: b, fallback: a}
                        maxSourceBytes: -5
                        signing: {secret: a, trustedKeys: a, trustedUntil: {short: soon}, revoked: [latest]}
                        rollout: {maxConcurrentUpgrades: -1}
                        trials: {maxDuration: 10s}
                        sourceCheck: {interval: 10ms}
                        prometheus: {address: "prometheus:9090", allowed: ["http://user:word@metrics.example"]}
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(
                        "registry.prefix is 'http://registry/models'; give host[:port]/path",
                        "registry.plainHttp has 'http://registry'",
                        "images.runtime is missing",
                        "images.pullPolicy is 'Sometimes'; give Always, IfNotPresent or Never",
                        "intel-cpu stands there 2 times",
                        "fallback 'gpu' is no profile; there are Big_GPU, a, b, intel-cpu",
                        "accelerators.Big_GPU: a name has lower-case letters",
                        "accelerators.(without name): a name has",
                        "threads is -1",
                        "accelerators.a: its fallbacks form a circle",
                        "maxSourceBytes is -5",
                        "trials.maxDuration is 10s; give 1m or more",
                        "signing.trustedKeys is 'a'; give the name of a Secret of its own",
                        "signing.trustedUntil has key 'short'",
                        "signing.trustedUntil.short is 'soon'; give a time",
                        "signing.revoked has 'latest'",
                        "rollout.maxConcurrentUpgrades is -1",
                        "sourceCheck.interval is 10ms; give 1s to 8760h, or 0s for never",
                        "prometheus.address has 'prometheus:9090': ",
                        "prometheus.allowed has 'http://user:word@metrics.example': it holds a user");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "registri: {}               | registri",
                "images: [a]                | images",
                "accelerators: [{name: a, thread: 1}] | thread",
                "images: {optimizers: {TensorRT: x}} | TensorRT",
                "{                          | line",
                "''                         | is empty",
            })
    void saysWhichFieldCannotBeRead(String yaml, String named) {
        assertThatThrownBy(() -> load(yaml)).isInstanceOf(ConfigException.class).hasMessageContaining(named);
    }

    @Test
    void saysHowToGiveThePathOfAMissingFile() {
        assertThatThrownBy(() -> ConfigLoader.load(folder.resolve("none.yaml")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("none.yaml", "EDGEAI_CONFIG");
    }

    @Test
    void theEnvironmentHasDefaultsButForTheNamespace() {
        OperatorEnvironment settings =
                OperatorEnvironment.from(Map.of("POD_NAMESPACE", "edgeai", "WATCH_NAMESPACES", "vision, audio,"));
        assertThat(settings.watchNamespaces()).containsExactlyInAnyOrder("vision", "audio");
        assertThat(settings.leaderElection()).isTrue();
        assertThat(settings.healthPort()).isEqualTo(8081);
        assertThatThrownBy(() -> OperatorEnvironment.from(Map.of())).hasMessageContaining("POD_NAMESPACE is not set");
        assertThatThrownBy(() -> OperatorEnvironment.from(Map.of("POD_NAMESPACE", "a", "HEALTH_PORT", "http")))
                .hasMessageContaining("HEALTH_PORT is 'http'");
    }

    private OperatorConfig load(String yaml) throws IOException {
        return ConfigLoader.load(Files.writeString(folder.resolve("config.yaml"), yaml));
    }
}
