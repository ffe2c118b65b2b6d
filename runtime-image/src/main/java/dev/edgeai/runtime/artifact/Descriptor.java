package dev.edgeai.runtime.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An OCI content descriptor.
 *
 * @param mediaType of the content
 * @param digest of the content
 * @param size of the content, bytes
 * @param artifactType of the manifest it points to; absent for blobs
 * @param annotations sorted by name, so that the same descriptor is the same bytes
 */
@JsonPropertyOrder({"mediaType", "digest", "size", "artifactType", "annotations"})
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Descriptor(
        String mediaType,
        Digest digest,
        @JsonInclude long size,
        @Nullable String artifactType,
        Map<String, String> annotations) {
    /** File name of a layer, ModelPack specification. */
    static final String FILE_PATH = "org.cncf.model.filepath";

    /** File name of a layer, as other OCI clients write it. */
    public static final String TITLE = "org.opencontainers.image.title";

    @SuppressWarnings({"NullAway", "ConstantValue"}) // what a registry sent may lack anything
    public Descriptor {
        if (mediaType == null || digest == null || size < 0) {
            throw new IllegalArgumentException("a descriptor has a mediaType, a digest and a size");
        }
        annotations = annotations == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    public static Descriptor of(String mediaType, byte[] content) {
        return new Descriptor(mediaType, Digest.of(content), content.length, null, Map.of());
    }

    /** A layer that is a file of this name. */
    static Descriptor of(String mediaType, String name, byte[] content) {
        return new Descriptor(
                mediaType, Digest.of(content), content.length, null, Map.of(FILE_PATH, name, TITLE, name));
    }

    /** The file name that its annotations give, as it stands there: not checked. */
    public Optional<String> fileName() {
        return Optional.ofNullable(annotations.getOrDefault(FILE_PATH, annotations.get(TITLE)));
    }
}
