package dev.edgeai.runtime.artifact;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FilePlanTest {
    private static final Path FOLDER = Path.of("/folder");
    private static final String ORAS_DEFAULT = "application/vnd.oci.image.layer.v1.tar";

    @Test
    void filesOfOtherClientsAreTaken() {
        Manifest manifest = manifest(
                layer(ORAS_DEFAULT, Map.of(Descriptor.TITLE, "model.onnx")),
                layer("application/octet-stream", Map.of(Descriptor.TITLE, "weights/part-0.bin")));

        assertThat(FilePlan.of(manifest, FOLDER))
                .extracting(FilePlan.PlannedFile::place)
                .containsExactly(FOLDER.resolve("model.onnx"), FOLDER.resolve("weights/part-0.bin"));
    }

    @ParameterizedTest
    @CsvSource({
        "application/vnd.cncf.model.weight.v1.tar, org.cncf.model.filepath, model.onnx, is an archive",
        "application/vnd.cncf.model.weight.v1.tar+gzip, org.cncf.model.filepath, model.onnx, is an archive",
        "application/vnd.oci.image.layer.v1.tar+gzip, io.deis.oras.content.unpack, true, is an archive",
        "application/vnd.oci.image.layer.v1.tar+gzip, none, none, has no annotation",
    })
    void archivesAndImagesAreRefused(String mediaType, String annotation, String value, String why) {
        assertRefused(manifest(layer(mediaType, Map.of(annotation, value))), FailureReason.UNSUPPORTED_MODEL, why);
    }

    @Test
    void noLayersAndTooManyAreRefused() {
        assertRefused(manifest(), FailureReason.UNSUPPORTED_MODEL, "0 layers");
        Descriptor[] many = new Descriptor[10_001];
        Arrays.fill(many, layer(ModelPack.LAYER_TYPE, Map.of(Descriptor.TITLE, "x")));
        assertRefused(manifest(many), FailureReason.UNSUPPORTED_MODEL, "10001 layers");
    }

    @Test
    void sizesThatOverflowAreNoSmallSum() {
        Descriptor huge = new Descriptor(
                ModelPack.LAYER_TYPE, new Digest("a".repeat(64)), Long.MAX_VALUE, null, Map.of(Descriptor.TITLE, "x"));

        assertThat(manifest(huge, huge).layerBytes()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aVolumeWithoutRoomIsNotTheArtifactsFault(@TempDir Path folder) {
        Descriptor huge = new Descriptor(
                ModelPack.LAYER_TYPE, new Digest("a".repeat(64)), Long.MAX_VALUE, null, Map.of(Descriptor.TITLE, "x"));

        assertThatThrownBy(() -> FilePlan.requireSpace(FilePlan.of(manifest(huge), folder), folder, "models/digits"))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        e -> assertThat(e.reason().reason()).isEqualTo("DiskFull"))
                .hasMessageContainingAll("models/digits", "node");
    }

    private static void assertRefused(Manifest manifest, FailureReason reason, String why) {
        assertThatThrownBy(() -> FilePlan.of(manifest, FOLDER))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(why);
    }

    private static Descriptor layer(String mediaType, Map<String, String> annotations) {
        return new Descriptor(mediaType, new Digest("a".repeat(64)), 1, null, annotations);
    }

    private static Manifest manifest(Descriptor... layers) {
        return Manifest.of(
                ModelPack.ARTIFACT_TYPE,
                Descriptor.of(ModelPack.CONFIG_TYPE, new byte[0]),
                List.of(layers),
                null,
                Map.of());
    }
}
