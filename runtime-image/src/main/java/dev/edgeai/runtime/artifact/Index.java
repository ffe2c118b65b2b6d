package dev.edgeai.runtime.artifact;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.edgeai.planner.Json;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * An OCI image index: here the list of what refers to a manifest.
 *
 * @param schemaVersion always 2
 * @param mediaType {@value #MEDIA_TYPE}
 * @param manifests what it lists
 */
@JsonPropertyOrder({"schemaVersion", "mediaType", "manifests"})
public record Index(int schemaVersion, String mediaType, List<Descriptor> manifests) {
    public static final String MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";

    @SuppressWarnings({"NullAway", "ConstantValue"}) // what a registry sent may lack anything
    public Index {
        manifests = manifests == null ? List.of() : List.copyOf(manifests);
    }

    public static Index read(byte[] json) throws IOException {
        return Json.read(new String(json, StandardCharsets.UTF_8), Index.class);
    }

    /** The same list with one more entry, unless it is there. */
    public Index with(Descriptor entry) {
        if (manifests.stream().anyMatch(known -> known.digest().equals(entry.digest()))) {
            return this;
        }
        return new Index(
                2,
                MEDIA_TYPE,
                Stream.concat(manifests.stream(), Stream.of(entry)).toList());
    }

    /** The entries of one artifact type. */
    public List<Descriptor> ofType(String artifactType) {
        return manifests.stream()
                .filter(entry -> artifactType.equals(entry.artifactType()))
                .toList();
    }

    public byte[] toBytes() {
        return Json.write(this).getBytes(StandardCharsets.UTF_8);
    }
}
