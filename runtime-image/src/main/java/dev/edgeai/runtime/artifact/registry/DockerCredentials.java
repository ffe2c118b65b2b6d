package dev.edgeai.runtime.artifact.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.UsageException;
import land.oras.ContainerRef;
import land.oras.auth.AuthProvider;
import land.oras.auth.AuthScheme;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Credentials of a mounted {@code kubernetes.io/dockerconfigjson} Secret. The library's own store refuses passwords
 * with a colon and runs credential helpers found on the path; neither is wanted in a pod.
 *
 * @param headers registry ({@code host:port}) to its {@code Authorization} header
 */
record DockerCredentials(Map<String, String> headers) implements AuthProvider {
    /** Folder of the mounted Secret, for this program only. */
    static final String FOLDER_VARIABLE = "EDGEAI_DOCKER_CONFIG";

    /** Folder of the mounted Secret, as other clients know it. */
    static final String COMMON_FOLDER_VARIABLE = "DOCKER_CONFIG";

    /** Those of the environment; none when nothing is mounted. */
    static DockerCredentials of(Environment environment) {
        Optional<String> folder = environment.get(FOLDER_VARIABLE).or(() -> environment.get(COMMON_FOLDER_VARIABLE));
        return folder.flatMap(DockerCredentials::file)
                .map(DockerCredentials::read)
                .orElse(new DockerCredentials(Map.of()));
    }

    private static Optional<Path> file(String folder) {
        return Stream.of("config.json", ".dockerconfigjson")
                .map(name -> Path.of(folder, name))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    static DockerCredentials read(Path file) {
        try {
            Map<String, String> headers = new TreeMap<>();
            JsonNode registries = Json.mapper().readTree(Files.readString(file)).path("auths");
            for (Map.Entry<String, JsonNode> entry : registries.properties()) {
                authorization(entry.getValue()).ifPresent(header -> headers.put(host(entry.getKey()), header));
            }
            return new DockerCredentials(headers);
        } catch (IOException | IllegalArgumentException e) {
            // not the exception's message: it may quote the file
            throw new UsageException("%s holds no valid registry credentials (%s); make the Secret again with "
                            .formatted(file, e.getClass().getSimpleName())
                    + "'kubectl create secret docker-registry'.");
        }
    }

    private static Optional<String> authorization(JsonNode entry) {
        String encoded = entry.path("auth").asText("");
        if (encoded.isEmpty() && entry.hasNonNull("username")) {
            String plain = entry.path("username").asText() + ":"
                    + entry.path("password").asText();
            encoded = Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
        }
        return encoded.isEmpty() ? Optional.empty() : Optional.of("Basic " + encoded);
    }

    private static String host(String key) {
        String bare = key.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        return slash < 0 ? bare : bare.substring(0, slash);
    }

    @Override
    public @Nullable String getAuthHeader(ContainerRef reference) {
        return headers.get(reference.getRegistry());
    }

    @Override
    public AuthScheme getAuthScheme() {
        return headers.isEmpty() ? AuthScheme.NONE : AuthScheme.BASIC;
    }

    /** Never the credentials themselves. */
    @Override
    public String toString() {
        return "credentials for " + headers.keySet();
    }
}
