package dev.edgeai.runtime.pod;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The termination message of a container: what the operator reads of a pod. The kubelet mounts the file; where it is
 * missing (outside a pod) nothing is written.
 *
 * @param file where the message goes
 */
public record TerminationMessage(Path file) {
    /** What the kubelet keeps; longer messages would be cut to broken JSON. */
    public static final int MAX_BYTES = 4_096;

    /**
     * Writes a result or a failure as JSON.
     *
     * @throws RuntimeFailure it is longer than {@value #MAX_BYTES} bytes
     */
    public void write(Object value) {
        if (!Files.isWritable(file)) {
            return;
        }
        byte[] json = Json.write(value).getBytes(StandardCharsets.UTF_8);
        if (json.length > MAX_BYTES) {
            throw new RuntimeFailure(
                    FailureReason.INTERNAL_ERROR,
                    "The %s of %d bytes does not fit into a termination message of %d bytes; report this as a bug."
                            .formatted(value.getClass().getSimpleName(), json.length, MAX_BYTES));
        }
        try {
            Files.write(file, json);
        } catch (IOException e) {
            throw new RuntimeFailure(FailureReason.INTERNAL_ERROR, "Cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
