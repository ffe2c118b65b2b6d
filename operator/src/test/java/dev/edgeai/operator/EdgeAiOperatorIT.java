package dev.edgeai.operator;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.operator.config.ConfigException;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.signing.SigningKeys;
import dev.edgeai.planner.Json;
import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The operator as a process: its lead, its health, its key. */
@ExtendWith(ApiServer.Extension.class)
class EdgeAiOperatorIT {
    private static final String NAMESPACE = "edgeai-process";
    private static final String KEY = "key";

    private ApiServer server;
    private KubernetesClient client;

    @BeforeEach
    void start(ApiServer apiServer) {
        server = apiServer;
        client = apiServer.client();
        server.namespace(NAMESPACE);
        client.secrets().inNamespace(NAMESPACE).delete();
    }

    @Test
    void anotherReplicaTakesTheLeadAtOnceWhenTheLeaderStops() throws Exception {
        EdgeAiOperator first = operator("first", Set.of());
        awaitLeader("first");
        try (EdgeAiOperator second = operator("second", Set.of())) {
            assertThat(get(second, "/readyz").statusCode())
                    .as("a stand-by is ready too")
                    .isEqualTo(200);
            first.close();
            assertThat(leader()).as("given up, not left to expire").isNotEqualTo("first");
            awaitLeader("second");
        }
    }

    @Test
    void healthAndMetricsAreToldOverHttp() throws Exception {
        try (EdgeAiOperator operator = operator("alone", Set.of(NAMESPACE))) {
            assertThat(get(operator, "/healthz").body()).isEqualTo("ok\n");
            assertThat(get(operator, "/readyz").body()).isEqualTo("ok\n");
            assertThat(get(operator, "/metrics").body())
                    .contains("edgeai_runs{phase=\"succeeded\"} 0.0", "jvm_memory_used_bytes");
        }
    }

    @Test
    void theKeyIsMadeOnceAndItsHalvesFit() throws Exception {
        String publicPem = keys(KEY, false).trusted();
        assertThat(keys(KEY, false).trusted()).as("a restart finds the same").isEqualTo(publicPem);

        Secret secret = client.secrets().inNamespace(NAMESPACE).withName(KEY).require();
        assertThat(secret.getImmutable()).isTrue();
        KeyFactory factory = KeyFactory.getInstance("EC");
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(factory.generatePrivate(new PKCS8EncodedKeySpec(der(pem(secret, SigningKeys.PRIVATE)))));
        signature.update(new byte[] {1, 2, 3});
        byte[] signed = signature.sign();
        PublicKey key = factory.generatePublic(new X509EncodedKeySpec(der(publicPem)));
        signature.initVerify(key);
        signature.update(new byte[] {1, 2, 3});
        assertThat(signature.verify(signed)).isTrue();
    }

    @Test
    void aSecretThatIsNoKeyIsRefusedWithWhatToDo() {
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(KEY)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .addToStringData(SigningKeys.PUBLIC, "rubbish")
                        .build())
                .create();
        assertThatThrownBy(() -> keys(KEY, false).ensure())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("set signing.secret to a new name and the operator makes one");
    }

    @Test
    void aLostKeyIsNotReplacedAndWhatItSignedStaysTrusted() {
        String first = keys(KEY, false).trusted();
        client.secrets().inNamespace(NAMESPACE).withName(KEY).delete();

        SigningKeys after = keys(KEY, false);
        assertThat(after.ensure()).hasValueSatisfying(why -> assertThat(why).contains(NAMESPACE + "/" + KEY));
        assertThat(after.lost()).isPresent();
        assertThat(after.trusted()).as("serving goes on with the known key").isEqualTo(first);
        assertThat(client.secrets().inNamespace(NAMESPACE).withName(KEY).get()).isNull();

        SigningKeys rotated = keys("key-2", false);
        assertThat(rotated.ensure()).isEmpty();
        assertThat(rotated.trusted())
                .as("a new name is a new key")
                .endsWith(first)
                .isNotEqualTo(first);
        assertThat(keys("key-2", false).trusted()).isEqualTo(rotated.trusted());
    }

    @Test
    void withoutAnyMemoryACertificateShowsThatThereWasAKey() {
        assertThat(keys(KEY, true).ensure()).isPresent();
        assertThat(client.secrets().inNamespace(NAMESPACE).list().getItems()).isEmpty();
        assertThat(keys(KEY, true).trusted()).isEmpty();
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("trusted")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        assertThat(keys(KEY, true).ensure()).as("an empty memory is consent").isEmpty();
        assertThat(keys(KEY, true).trusted()).contains("PUBLIC KEY");
    }

    @Test
    void aKeyOfAnEarlierReleaseIsRemembered() {
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("old")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .addToStringData(SigningKeys.PUBLIC, keys(KEY, false).trusted())
                        .build())
                .create();
        client.secrets().inNamespace(NAMESPACE).withName("trusted").delete();
        String old = keys("old", true).trusted();
        client.secrets().inNamespace(NAMESPACE).withName("old").delete();
        assertThat(keys("old", true).ensure()).isPresent();
        assertThat(keys("old", true).trusted()).isEqualTo(old);
    }

    private SigningKeys keys(String secret, boolean certified) {
        return new SigningKeys(
                client,
                NAMESPACE,
                new OperatorConfig.Signing(secret, "trusted", Map.of(), List.of()),
                () -> certified,
                Clock.systemUTC());
    }

    private EdgeAiOperator operator(String identity, Set<String> namespaces) throws IOException {
        OperatorEnvironment settings =
                new OperatorEnvironment(Path.of("unused"), NAMESPACE, identity, namespaces, true, 0);
        OperatorConfig config = Json.find("""
                        {"registry": {"prefix": "registry/models"}, "images": {"runtime": "runtime"},
                         "signing": {"secret": "key", "trustedKeys": "trusted"}, "accelerators": [{"name": "intel-cpu"}]}
                        """, OperatorConfig.class).orElseThrow();
        return EdgeAiOperator.start(Services.of(server.newClient(), settings, config, Clock.systemUTC()), () -> {});
    }

    private void awaitLeader(String identity) {
        Awaitility.await("the lead of " + identity)
                .atMost(Duration.ofSeconds(20))
                .until(() -> identity.equals(leader()));
    }

    private @Nullable String leader() {
        @Nullable
        Lease lease = client.leases()
                .inNamespace(NAMESPACE)
                .withName("edgeai-operator")
                .get();
        return lease == null ? null : lease.getSpec().getHolderIdentity();
    }

    private static HttpResponse<String> get(EdgeAiOperator operator, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + operator.healthPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String pem(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.US_ASCII);
    }

    private static byte[] der(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }
}
