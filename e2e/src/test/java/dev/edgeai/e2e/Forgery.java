package dev.edgeai.e2e;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A variant that should not be served, with a certificate by the cluster's own key that says what the good variant's
 * says: what a broken or bribed benchmark would bring about. It is offered by naming it in the run's status.
 */
final class Forgery {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final KubernetesClient client;
    private final Model model;
    private final Path folder;
    private final String artifact;
    private final String digest;
    private final String certificate;

    private Forgery(
            KubernetesClient client, Model model, Path folder, String artifact, String digest, String certificate) {
        this.client = client;
        this.model = model;
        this.folder = folder;
        this.artifact = artifact;
        this.digest = digest;
        this.certificate = certificate;
    }

    /** Makes a model that answers with the neighbouring class, and certifies it for this accelerator. */
    static Forgery of(KubernetesClient client, Model model, String name, String accelerator) {
        return of(client, model, name, accelerator, "lying");
    }

    /** The source as it is, under a digest of its own: another version that is as good as its certificate says. */
    static Forgery honest(KubernetesClient client, Model model, String name) {
        return of(client, model, name, "intel-cpu", "v2");
    }

    private static Forgery of(KubernetesClient client, Model model, String name, String accelerator, String prepared) {
        try {
            Path folder = Files.createTempDirectory("forgery-" + name);
            Files.copy(Environment.model(prepared).resolve("model.onnx"), folder.resolve("model.onnx"));
            mark(folder.resolve("model.onnx"), name + System.nanoTime());
            Files.writeString(
                    folder.resolve("edgeai.json"),
                    "{\"engine\":\"OnnxRuntime\",\"model\":\"model.onnx\",\"options\":{},\"framework\":\"onnxruntime\","
                            + "\"technique\":\"" + name + "\",\"versions\":{}}");
            String repository = Environment.registry() + "/models/forged/" + name;
            String digest = firstDigest(edgeai("push", folder.toString(), "oci://" + repository + ":forged"));
            String artifact = repository + "@" + digest;
            return new Forgery(client, model, folder, artifact, digest, certify(client, model, artifact, accelerator));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Appends a protobuf field that readers skip: equal files are one blob in a registry, and one forgery's damage would be
     * another's.
     */
    private static void mark(Path model, String text) throws IOException {
        byte[] value = text.getBytes(StandardCharsets.UTF_8);
        byte[] field = new byte[3 + value.length];
        field[0] = (byte) 0x9a; // field 99, length-delimited
        field[1] = 0x06;
        field[2] = (byte) value.length;
        System.arraycopy(value, 0, field, 3, value.length);
        Files.write(model, field, StandardOpenOption.APPEND);
    }

    private static String certify(KubernetesClient client, Model model, String artifact, String accelerator)
            throws IOException {
        OptimizationRun run = model.run();
        TrialStatus good = run.getStatus().trials().stream()
                .filter(t -> t.name().equals(run.getStatus().selected().trial()))
                .findFirst()
                .orElseThrow();
        var request = new CertificateRequest(
                artifact,
                accelerator,
                run.getMetadata().getNamespace(),
                run.getMetadata().getName(),
                good.name(),
                run.getStatus().sourceDigest(),
                run.getStatus().datasetDigest(),
                run.getStatus().baseline(),
                good.measurement(),
                good.comparison(),
                good.gates(),
                Map.of(),
                List.of(Environment.registry()),
                false,
                false);
        String json = client.getKubernetesSerialization().asJson(request);
        var secret = client.secrets()
                .inNamespace("edgeai-system")
                .withName("edgeai-signing-key")
                .require();
        Path keys = Files.createTempDirectory("keys");
        try {
            for (String file : List.of("private.pem", "public.pem")) {
                Files.write(
                        keys.resolve(file),
                        Base64.getDecoder().decode(secret.getData().get(file)));
            }
            String key = keys.resolve("private.pem").toString();
            return firstDigest(edgeai(Map.of(CertificateRequest.ENVIRONMENT_VARIABLE, json), "certify", "--key", key));
        } finally {
            for (String file : List.of("private.pem", "public.pem")) {
                Files.deleteIfExists(keys.resolve(file));
            }
            Files.delete(keys);
        }
    }

    String digest() {
        return digest;
    }

    /** Changes one byte of the model in the registry's own storage. */
    void flipOneByteInTheRegistry() {
        String blob =
                Shell.run("sha256sum", folder.resolve("model.onnx").toString()).substring(0, 64);
        Path data = Path.of(
                System.getenv("EDGEAI_REGISTRY_STORAGE"),
                "docker/registry/v2/blobs/sha256",
                blob.substring(0, 2),
                blob,
                "data");
        try (var file = new RandomAccessFile(data.toFile(), "rw")) {
            file.seek(file.length() / 2);
            int old = file.read();
            file.seek(file.length() / 2);
            file.write(old ^ 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names it as the run's selected variant. */
    void offer() {
        OptimizationRun run = model.run();
        String trial = run.getStatus().selected().trial();
        client.resource(run).editStatus(r -> {
            String json = client.getKubernetesSerialization()
                    .asJson(r)
                    .replace(r.getStatus().selected().artifact(), artifact)
                    .replace(r.getStatus().selected().digest(), digest)
                    .replace(r.getStatus().certificate(), certificate);
            return client.getKubernetesSerialization().unmarshal(json, OptimizationRun.class);
        });
        System.out.println("Offered " + artifact + " as trial " + trial);
    }

    private static String firstDigest(String output) {
        Matcher matcher = DIGEST.matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("no digest in: " + output);
        }
        return matcher.group();
    }

    private static String edgeai(String... arguments) {
        return edgeai(Map.of(), arguments);
    }

    private static String edgeai(Map<String, String> environment, String... arguments) {
        Path target = Environment.root().resolve("runtime-image/target");
        var command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                "dev.edgeai.runtime.cli.EdgeAi"));
        command.addAll(List.of(arguments));
        try {
            var builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            builder.environment().put("EDGEAI_PLAIN_HTTP", Environment.registry());
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " exited " + process.exitValue() + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
