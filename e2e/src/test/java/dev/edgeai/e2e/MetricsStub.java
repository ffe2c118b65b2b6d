package dev.edgeai.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code metrics.k8s.io} for autoscalers, served by this process and aggregated by the API server: a load, shared evenly
 * by those pods that the autoscaler's selector selects.
 */
final class MetricsStub implements AutoCloseable {
    private static final String VERSION = "/apis/metrics.k8s.io/v1beta1";
    private static final String PASSWORD = "only-for-a-test";
    private static final int EACH_MEBIBYTES = 40;

    private final KubernetesClient client;
    private final HttpsServer server;
    private final List<HasMetadata> objects;
    private volatile int load;

    private MetricsStub(KubernetesClient client, String namespace) throws IOException, GeneralSecurityException {
        this.client = client;
        String host = client.getMasterUrl().getHost(); // of the bridge, where the API server reaches this machine
        this.server = HttpsServer.create(new InetSocketAddress(host, 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls()));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        this.objects = Stream.of(
                        service(namespace),
                        endpoints(namespace, host, server.getAddress().getPort()),
                        api(namespace))
                .<HasMetadata>map(yaml -> client.getKubernetesSerialization().unmarshal(yaml))
                .toList();
    }

    static MetricsStub start(KubernetesClient client, String namespace) {
        try {
            var stub = new MetricsStub(client, namespace);
            stub.objects.forEach(object -> client.resource(object).serverSideApply());
            return stub;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Mebibytes that the selected pods share. */
    void load(int mebibytes) {
        load = mebibytes;
    }

    private static String service(String namespace) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: metrics-stub, namespace: %s}
                spec: {ports: [{name: https, port: 443}]}
                """.formatted(namespace);
    }

    /** Mirrored into an EndpointSlice by Kubernetes, for whichever of both the API server reads. */
    private static String endpoints(String namespace, String host, int port) {
        return """
                apiVersion: v1
                kind: Endpoints
                metadata: {name: metrics-stub, namespace: %s}
                subsets: [{addresses: [{ip: %s}], ports: [{name: https, port: %d}]}]
                """.formatted(namespace, host, port);
    }

    private static String api(String namespace) {
        return """
                apiVersion: apiregistration.k8s.io/v1
                kind: APIService
                metadata: {name: v1beta1.metrics.k8s.io, labels: {e2e: journeys}}
                spec:
                  group: metrics.k8s.io
                  version: v1beta1
                  groupPriorityMinimum: 100
                  versionPriority: 100
                  insecureSkipTLSVerify: true
                  service: {name: metrics-stub, namespace: %s, port: 443}
                """.formatted(namespace);
    }

    private static SSLContext tls() throws IOException, GeneralSecurityException {
        Path file = Files.createTempDirectory("metrics-stub").resolve("key.p12");
        Shell.run(
                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=metrics-stub",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString());
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            URI uri = exchange.getRequestURI();
            String path = uri.getPath();
            String json = path.equals(VERSION) ? resources() : path.endsWith("/pods") ? pods(path, uri) : "";
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(json.isEmpty() ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String resources() {
        return """
                {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1", "resources":
                 [{"name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": ["get", "list"]}]}
                """;
    }

    /** {@code …/namespaces/NAMESPACE/pods?labelSelector=…}. */
    private String pods(String path, URI uri) {
        String[] parts = path.split("/", -1);
        List<Pod> pods = client
                .pods()
                .inNamespace(parts[parts.length - 2])
                .list(new ListOptionsBuilder().withLabelSelector(selector(uri)).build())
                .getItems()
                .stream()
                .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
                .toList();
        int each = EACH_MEBIBYTES + load / Math.max(1, pods.size());
        return """
                {"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": [%s]}
                """.formatted(pods.stream().map(pod -> item(pod, each)).collect(Collectors.joining(",")));
    }

    private static String selector(URI uri) {
        return Arrays.stream(String.valueOf(uri.getRawQuery()).split("&", -1))
                .filter(pair -> pair.startsWith("labelSelector="))
                .map(pair -> URLDecoder.decode(pair.substring("labelSelector=".length()), StandardCharsets.UTF_8))
                .findFirst()
                .orElse("");
    }

    private static String item(Pod pod, int mebibytes) {
        return """
                {"metadata": {"name": "%s", "namespace": "%s"}, "timestamp": "%s", "window": "1s",
                 "containers": [{"name": "serve", "usage": {"cpu": "1m", "memory": "%dMi"}}]}
                """.formatted(pod.getMetadata().getName(), pod.getMetadata().getNamespace(), Instant.now(), mebibytes);
    }

    @Override
    public void close() {
        objects.reversed().forEach(object -> client.resource(object).delete()); // an API that is away stops much else
        server.stop(0);
    }
}
