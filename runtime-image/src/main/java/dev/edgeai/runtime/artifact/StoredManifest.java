package dev.edgeai.runtime.artifact;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;

/**
 * A manifest as a registry holds it.
 *
 * @param digest of the bytes
 * @param mediaType as the registry names it
 * @param bytes exactly as they are stored
 */
public record StoredManifest(Digest digest, String mediaType, byte[] bytes) {

    /**
     * Reads it.
     *
     * @param reference for messages
     * @throws RuntimeFailure {@code UnsupportedModel}: it is no manifest of files
     */
    public Manifest read(Reference reference) {
        if (mediaType.equals(Index.MEDIA_TYPE) || mediaType.endsWith("manifest.list.v2+json")) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL,
                    "%s is an index of several images, not an artifact with files. Push them with 'edgeai push'."
                            .formatted(reference));
        }
        try {
            return Manifest.read(bytes);
        } catch (IOException e) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL,
                    "%s is no OCI image manifest (%s). Push the files with 'edgeai push'."
                            .formatted(reference, e.getMessage()),
                    e);
        }
    }
}
