package dev.edgeai.runtime.bundle;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.certify.Statement;
import dev.edgeai.runtime.pod.RuntimeFailure;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What is in a bundle, for the program that installs it: {@value #FILE}. It follows from the signed statement, the
 * variant's descriptor and the files, and says nothing else, so whoever has these can make it again and compare.
 *
 * @param format {@value #FORMAT}
 * @param artifact digest of the variant, {@code sha256:…}
 * @param source digest of the model that it was made from
 * @param accelerator name of the accelerator profile it is certified for
 * @param engine what runs it, for example {@code MLX}
 * @param model file name of the model
 * @param framework slug of the framework that made it; absent when it is the source as it was
 * @param technique for example {@code int4}
 * @param bytes sum of the files' sizes
 * @param files the variant's, sorted by name
 * @param versions tools that made and measured it, name to version
 */
@JsonPropertyOrder({
    "format",
    "artifact",
    "source",
    "accelerator",
    "engine",
    "model",
    "framework",
    "technique",
    "bytes",
    "files",
    "versions"
})
@RecordBuilder
public record BundleManifest(
        String format,
        String artifact,
        String source,
        String accelerator,
        String engine,
        String model,
        @Nullable String framework,
        @Nullable String technique,
        long bytes,
        List<BundledFile> files,
        Map<String, String> versions) {
    public static final String FILE = "bundle.json";

    static final String FORMAT = "edgeai-bundle/v1";
    static final String MEDIA_TYPE = "application/vnd.edgeai.bundle.manifest.v1+json";

    @SuppressWarnings({"NullAway", "ConstantValue"}) // what lies on a device may lack anything
    public BundleManifest {
        files = files == null ? List.of() : List.copyOf(files);
        versions = versions == null ? Map.of() : Map.copyOf(versions);
    }

    /**
     * A file.
     *
     * @param name within the bundle
     * @param sha256 of its content, hexadecimal
     * @param size bytes
     */
    @JsonPropertyOrder({"name", "sha256", "size"})
    public record BundledFile(String name, String sha256, long size) {
        static BundledFile of(Descriptor layer) {
            return new BundledFile(
                    layer.fileName()
                            .orElseThrow(() -> unsupported("layer %s has no file name".formatted(layer.digest()))),
                    layer.digest().hex(),
                    layer.size());
        }
    }

    /**
     * Makes it.
     *
     * @param statement of the variant's certificate
     * @param descriptor bytes of the variant's {@code edgeai.json}
     * @param variant its files
     * @throws RuntimeFailure {@code UnsupportedModel}: the files are no variant
     */
    static BundleManifest of(Statement statement, byte[] descriptor, List<Descriptor> variant) {
        List<BundledFile> files = variant.stream()
                .map(BundledFile::of)
                .sorted(Comparator.comparing(BundledFile::name))
                .toList();
        VariantDescriptor described = describe(descriptor);
        if (files.stream().noneMatch(file -> file.name().equals(described.model()))) {
            throw unsupported("its model '%s' is not among its files".formatted(described.model()));
        }
        return BundleManifestBuilder.builder()
                .format(FORMAT)
                .artifact(statement.artifact().toString())
                .source(statement.source().toString())
                .accelerator(statement.accelerator())
                .engine(described.engine())
                .model(described.model())
                .framework(described.framework())
                .technique(described.technique())
                .bytes(files.stream().mapToLong(BundledFile::size).sum())
                .files(files)
                .versions(statement.predicate().edgeai().versions())
                .build();
    }

    /** The same manifest gives the same bytes. */
    byte[] toBytes() {
        return Json.write(this).getBytes(StandardCharsets.UTF_8);
    }

    private static VariantDescriptor describe(byte[] json) {
        try {
            return Json.read(new String(json, StandardCharsets.UTF_8), VariantDescriptor.class);
        } catch (IOException e) {
            throw unsupported("its %s is no descriptor (%s)".formatted(VariantDescriptor.FILE, e.getMessage()));
        }
    }

    private static RuntimeFailure unsupported(String why) {
        return new RuntimeFailure(
                FailureReason.UNSUPPORTED_MODEL,
                "This is no variant: %s. Bundle what an optimization run certified.".formatted(why));
    }
}
