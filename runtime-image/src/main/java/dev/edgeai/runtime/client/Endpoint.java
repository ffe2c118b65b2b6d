package dev.edgeai.runtime.client;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * A version behind a Service.
 *
 * @param base of the server or Service
 * @param revision the one that is meant: what another one answers is no answer of it; absent when any will do
 */
public record Endpoint(URI base, Optional<String> revision) {
    /** A client whose requests count as probes, with connections of its own. */
    InferenceClient probing(String model, Duration timeout) {
        return new InferenceClient(base, model, timeout, true, revision);
    }
}
