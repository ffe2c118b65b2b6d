package dev.edgeai.testing;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * etcd and kube-apiserver with both CRDs installed; no controller manager, no scheduler, no kubelet: what these would do
 * the test does. One for all test classes of a JVM, ended with it. Ask for it as a parameter:
 * {@code @ExtendWith(ApiServer.Extension.class)}.
 */
public final class ApiServer implements AutoCloseable {
    private static final String ADMIN_TOKEN = "admin-token";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final List<String> CRDS = List.of(
            "/META-INF/fabric8/edgemodels.edgeai.dev-v1.yml", "/META-INF/fabric8/optimizationruns.edgeai.dev-v1.yml");

    private final List<Process> processes = new ArrayList<>();
    private final Path folder;
    private final int port;
    private final KubernetesClient client;

    private ApiServer() throws IOException {
        folder = Files.createTempDirectory("edgeai-apiserver");
        Path program = KubernetesProgram.find();
        for (String name : List.of("etcd", "kube-apiserver", "kubectl")) {
            Files.createSymbolicLink(folder.resolve(name), program);
        }
        int etcd = Ports.take();
        int peer = Ports.take();
        port = Ports.take();
        start(
                "etcd",
                "--data-dir",
                folder + "/data",
                "--unsafe-no-fsync",
                "--log-level",
                "warn",
                "--listen-client-urls",
                local("http", etcd),
                "--advertise-client-urls",
                local("http", etcd),
                "--listen-peer-urls",
                local("http", peer));
        start(
                "kube-apiserver",
                "--etcd-servers",
                local("http", etcd),
                "--cert-dir",
                folder + "/certs",
                "--bind-address",
                "127.0.0.1",
                "--secure-port",
                Integer.toString(port),
                "--service-cluster-ip-range",
                "10.96.0.0/24",
                "--service-account-issuer",
                "https://kubernetes.default.svc",
                "--service-account-key-file",
                signingKey(),
                "--service-account-signing-key-file",
                signingKey(),
                "--authorization-mode",
                "RBAC",
                "--token-auth-file",
                tokens(),
                // no controller manager makes the service accounts that it would ask for
                "--disable-admission-plugins",
                "ServiceAccount");
        try {
            await(() -> Files.exists(folder.resolve("certs/apiserver.crt")));
            client = client(ADMIN_TOKEN);
            await(this::isReady);
            installCrds();
        } catch (IOException | RuntimeException e) {
            end();
            throw e;
        }
    }

    /** A client that may do anything. Closed with the server. */
    public KubernetesClient client() {
        return client;
    }

    /** Another client that may do anything; the caller closes it. */
    public KubernetesClient newClient() {
        return client(ADMIN_TOKEN);
    }

    /** Makes a namespace that enforces the restricted Pod Security Standard. */
    public String namespace(String name) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(Map.of("pod-security.kubernetes.io/enforce", "restricted"))
                        .endMetadata()
                        .build())
                .serverSideApply();
        return name;
    }

    /** What kubectl prints. */
    public String kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                folder + "/kubectl",
                "--server",
                local("https", port),
                "--token",
                ADMIN_TOKEN,
                "--certificate-authority",
                folder + "/certs/apiserver.crt"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", arguments) + ": " + output);
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        client.close();
        end();
    }

    private void end() throws IOException {
        for (Process process : processes.reversed()) {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private void start(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(folder.resolve(name).toString()));
        command.addAll(List.of(arguments));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private void await(Callable<Boolean> condition) {
        try {
            Awaitility.await("the API server")
                    .atMost(START_TIMEOUT)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> {
                        if (processes.stream().anyMatch(process -> !process.isAlive())) {
                            throw new IllegalStateException("a process ended");
                        }
                        return condition.call();
                    });
        } catch (RuntimeException e) {
            String log = tail(folder.resolve("kube-apiserver.log")) + tail(folder.resolve("etcd.log"));
            throw new IllegalStateException("the API server did not start:\n" + log, e);
        }
    }

    private boolean isReady() {
        try {
            return Objects.equals(client.raw("/readyz"), "ok");
        } catch (KubernetesClientException _) {
            return false; // not yet
        }
    }

    private void installCrds() throws IOException {
        for (String path : CRDS) {
            try (InputStream manifest = ApiServer.class.getResourceAsStream(path)) {
                CustomResourceDefinition crd = client.apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .load(manifest)
                        .item();
                client.resource(crd).serverSideApply();
                await(() -> isServed(crd));
            }
        }
    }

    /** Established is not enough: for a moment more a list is answered with 429. */
    private boolean isServed(CustomResourceDefinition crd) {
        try {
            client.raw("/apis/edgeai.dev/v1alpha1/" + crd.getSpec().getNames().getPlural() + "?resourceVersion=0");
            return true;
        } catch (KubernetesClientException _) {
            return false; // not yet
        }
    }

    private KubernetesClient client(String token) {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(local("https", port))
                .withCaCertFile(folder + "/certs/apiserver.crt")
                .withOauthToken(token)
                .withRequestRetryBackoffLimit(0)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private String tokens() throws IOException {
        Path file = folder.resolve("tokens.csv");
        Files.writeString(file, ADMIN_TOKEN + ",admin,admin,\"system:masters\"\n");
        return file.toString();
    }

    private String signingKey() throws IOException {
        Path file = folder.resolve("service-account.key");
        if (!Files.exists(file)) {
            try {
                byte[] key = KeyPairGenerator.getInstance("RSA")
                        .generateKeyPair()
                        .getPrivate()
                        .getEncoded();
                Files.writeString(
                        file,
                        "-----BEGIN PRIVATE KEY-----\n"
                                + Base64.getMimeEncoder().encodeToString(key) + "\n-----END PRIVATE KEY-----\n");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java has no RSA", e);
            }
        }
        return file.toString();
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return log.getFileName() + ":\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size())) + "\n";
        } catch (IOException e) {
            return log + " cannot be read: " + e + "\n";
        }
    }

    private static String local(String scheme, int port) {
        return scheme + "://127.0.0.1:" + port;
    }

    /** Hands the server to test classes. */
    public static final class Extension implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ApiServer.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).computeIfAbsent(ApiServer.class, _ -> {
                try {
                    return new ApiServer();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
