package dev.edgeai.runtime.pod;

import dev.edgeai.planner.Json;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The environment variables a verb reads, handed in so that tests need no process.
 *
 * @param variables name to value
 */
public record Environment(Map<String, String> variables) {
    public static final String TRUSTED_KEY = "EDGEAI_TRUSTED_KEY";
    public static final String PLAIN_HTTP = "EDGEAI_PLAIN_HTTP";
    public static final String TERMINATION_LOG = "EDGEAI_TERMINATION_LOG";

    public Environment {
        variables = Map.copyOf(variables);
    }

    /** The value, when it is set and not blank. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    /**
     * The value.
     *
     * @throws UsageException it is not set
     */
    public String require(String name) {
        return get(name).orElseThrow(() -> new UsageException("Set the environment variable " + name + "."));
    }

    /**
     * A JSON value.
     *
     * @throws UsageException it is not set, or not JSON of this type
     */
    public <T> T require(String name, Class<T> type) {
        try {
            return Json.read(require(name), type);
        } catch (IOException e) {
            throw new UsageException("The environment variable %s holds no valid %s: %s"
                    .formatted(name, type.getSimpleName(), e.getMessage()));
        }
    }

    /**
     * A whole number of 0 or more.
     *
     * @throws UsageException it is set and is none
     */
    public OptionalInt number(String name) {
        Optional<String> value = get(name);
        try {
            OptionalInt number = value.stream().mapToInt(Integer::parseInt).findFirst();
            if (number.orElse(0) >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new UsageException("The environment variable %s must be a whole number of 0 or more, not '%s'."
                .formatted(name, value.orElse("")));
    }

    /** Registries ({@code host:port}) that are spoken to without TLS. */
    public List<String> plainHttp() {
        return get(PLAIN_HTTP).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .filter(host -> !host.isEmpty())
                .toList();
    }

    /** Where this container leaves its result. */
    public TerminationMessage terminationMessage() {
        return new TerminationMessage(Path.of(get(TERMINATION_LOG).orElse("/dev/termination-log")));
    }
}
