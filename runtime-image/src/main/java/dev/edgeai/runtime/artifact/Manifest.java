package dev.edgeai.runtime.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.edgeai.planner.Json;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An OCI image manifest.
 *
 * @param schemaVersion always 2
 * @param mediaType {@value #MEDIA_TYPE}
 * @param artifactType what kind of artifact it is; absent in images
 * @param config description of the artifact
 * @param layers its files
 * @param subject the manifest this one says something about; absent when it stands for itself
 * @param annotations sorted by name
 */
@JsonPropertyOrder({"schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations"})
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Manifest(
        @JsonInclude int schemaVersion,
        String mediaType,
        @Nullable String artifactType,
        Descriptor config,
        @JsonInclude List<Descriptor> layers,
        @Nullable Descriptor subject,
        Map<String, String> annotations) {
    public static final String MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";

    /** What registries must take at least, by the OCI distribution specification. */
    public static final int MAX_BYTES = 4 * 1024 * 1024;

    @SuppressWarnings({"NullAway", "ConstantValue"}) // what a registry sent may lack anything
    public Manifest {
        if (config == null) {
            throw new IllegalArgumentException("a manifest has a config");
        }
        mediaType = mediaType == null ? MEDIA_TYPE : mediaType;
        layers = layers == null ? List.of() : List.copyOf(layers);
        annotations = annotations == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    public static Manifest of(
            String artifactType,
            Descriptor config,
            List<Descriptor> layers,
            @Nullable Descriptor subject,
            Map<String, String> annotations) {
        return new Manifest(2, MEDIA_TYPE, artifactType, config, layers, subject, annotations);
    }

    /**
     * Reads a manifest.
     *
     * @throws IOException it is none
     */
    public static Manifest read(byte[] json) throws IOException {
        return Json.read(new String(json, StandardCharsets.UTF_8), Manifest.class);
    }

    /** The bytes that stand in a registry: the same manifest gives the same bytes. */
    public byte[] toBytes() {
        return Json.write(this).getBytes(StandardCharsets.UTF_8);
    }

    /** Sum of the layers' sizes, bytes; {@link Long#MAX_VALUE} when it overflows. */
    public long layerBytes() {
        long sum = 0;
        for (Descriptor layer : layers) {
            sum += layer.size();
            if (sum < 0) {
                return Long.MAX_VALUE;
            }
        }
        return sum;
    }
}
