package dev.edgeai.runtime.artifact;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Something said about an artifact: a manifest with a {@code subject} and one small layer.
 *
 * @param manifest what names artifact and content
 * @param content bytes of the layer
 */
public record Attachment(Manifest manifest, byte[] content) {
    /** Largest content that is read, bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private static final byte[] EMPTY_CONFIG = "{}".getBytes(StandardCharsets.UTF_8);

    static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";

    /**
     * Makes one; the same arguments give the same bytes.
     *
     * @param subject bytes of the artifact's manifest
     * @param artifactType by which it is found
     * @param contentType media type of the content
     * @param annotations shown by clients that list attachments
     */
    public static Attachment to(
            byte[] subject, String artifactType, String contentType, byte[] content, Map<String, String> annotations) {
        Manifest manifest = Manifest.of(
                artifactType,
                Descriptor.of(EMPTY_TYPE, EMPTY_CONFIG),
                List.of(Descriptor.of(contentType, content)),
                Descriptor.of(Manifest.MEDIA_TYPE, subject),
                annotations);
        return new Attachment(manifest, content);
    }

    /** What the OCI image specification has for "no configuration". */
    public static byte[] emptyConfig() {
        return EMPTY_CONFIG.clone();
    }

    /** Digest of the manifest, by which the attachment is fetched. */
    public Digest digest() {
        return Digest.of(manifest.toBytes());
    }
}
