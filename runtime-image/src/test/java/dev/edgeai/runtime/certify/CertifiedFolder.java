package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.registry.ModelFolder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder as {@code edgeai load} leaves it, made without a registry.
 *
 * @param path the folder
 * @param artifact digest of the variant
 * @param publicKey PEM of the key that signed the certificate
 */
public record CertifiedFolder(Path path, String artifact, String publicKey) {

    /** Certifies the files of a folder for an accelerator, in place. */
    public static CertifiedFolder certify(Path folder, String accelerator) throws IOException {
        List<Map<String, Object>> layers = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                layers.add(Map.of(
                        "mediaType", "application/vnd.cncf.model.weight.v1.raw",
                        "digest", Digest.of(file).toString(),
                        "size", Files.size(file),
                        "annotations",
                                Map.of(
                                        "org.cncf.model.filepath",
                                        file.getFileName().toString())));
            }
        }
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        byte[] manifest = Json.write(Map.of(
                        "schemaVersion",
                        2,
                        "mediaType",
                        "application/vnd.oci.image.manifest.v1+json",
                        "artifactType",
                        "application/vnd.cncf.model.manifest.v1+json",
                        "config",
                        Map.of(
                                "mediaType",
                                "application/vnd.cncf.model.config.v1+json",
                                "digest",
                                Digest.of(config).toString(),
                                "size",
                                config.length),
                        "layers",
                        layers))
                .getBytes(StandardCharsets.UTF_8);
        String artifact = Digest.of(manifest).toString();
        SigningKey key = SigningKey.generate();
        ModelFolder kept = new ModelFolder(folder);
        kept.keepManifest(manifest);
        kept.keepCertificate(Certificate.sign(Statement.of(request(artifact, accelerator)), key)
                .envelope());
        return new CertifiedFolder(
                folder, artifact, Pem.encode(Pem.PUBLIC_KEY, key.trusted().key().getEncoded()));
    }

    private static CertificateRequest request(String artifact, String accelerator) throws IOException {
        String digest = "sha256:" + "1".repeat(64);
        return Json.read(
                Json.write(Map.of(
                        "artifact",
                        "registry.test/models/m@" + artifact,
                        "accelerator",
                        accelerator,
                        "namespace",
                        "vision",
                        "run",
                        "digits-1",
                        "trial",
                        "t3",
                        "sourceDigest",
                        digest,
                        "datasetDigest",
                        digest,
                        "gates",
                        List.of(Map.of("name", "minSpeedup", "value", "2.4", "threshold", "2.0", "verdict", "Pass")),
                        "versions",
                        Map.of(),
                        "plainHttp",
                        List.of())),
                CertificateRequest.class);
    }
}
