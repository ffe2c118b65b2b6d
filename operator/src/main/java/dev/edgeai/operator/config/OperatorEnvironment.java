package dev.edgeai.operator.config;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the operator's environment says.
 *
 * @param configFile {@code EDGEAI_CONFIG}, by default {@code /etc/edgeai/config.yaml}
 * @param namespace {@code POD_NAMESPACE}: where the operator's Lease, signing key and certify Jobs are
 * @param identity {@code POD_NAME}: who holds the Lease
 * @param watchNamespaces {@code WATCH_NAMESPACES}, comma-separated; empty: all namespaces
 * @param leaderElection {@code LEADER_ELECTION}; {@code false} for a single process on a developer's machine
 * @param healthPort {@code HEALTH_PORT}; 0 takes any free port
 */
public record OperatorEnvironment(
        Path configFile,
        String namespace,
        String identity,
        Set<String> watchNamespaces,
        boolean leaderElection,
        int healthPort) {
    private static final int HEALTH_PORT = 8081;

    public OperatorEnvironment {
        watchNamespaces = Set.copyOf(watchNamespaces);
    }

    /**
     * Reads the environment.
     *
     * @throws ConfigException naming the variable that is wrong
     */
    public static OperatorEnvironment from(Map<String, String> environment) {
        return new OperatorEnvironment(
                Path.of(environment.getOrDefault("EDGEAI_CONFIG", "/etc/edgeai/config.yaml")),
                namespace(environment.get("POD_NAMESPACE")),
                environment.getOrDefault("POD_NAME", "edgeai-operator"),
                list(environment.getOrDefault("WATCH_NAMESPACES", "")),
                !"false".equalsIgnoreCase(environment.get("LEADER_ELECTION")),
                port(environment.get("HEALTH_PORT")));
    }

    private static String namespace(@Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new ConfigException("POD_NAMESPACE is not set; the chart sets it from the pod's metadata.namespace, "
                    + "on your own machine export it with the namespace for the Lease and the signing key");
        }
        return value.strip();
    }

    private static Set<String> list(String value) {
        return Arrays.stream(value.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static int port(@Nullable String value) {
        if (value == null || value.isBlank()) {
            return HEALTH_PORT;
        }
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new ConfigException("HEALTH_PORT is '" + value + "'; give a port number, for example 8081", e);
        }
    }
}
