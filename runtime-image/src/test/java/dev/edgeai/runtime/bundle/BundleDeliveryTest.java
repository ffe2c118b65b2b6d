package dev.edgeai.runtime.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.registry.TestRegistry;
import dev.edgeai.runtime.certify.DeliveryScenario;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.pod.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** From a certified variant to a verified folder on a device, by the program's own verbs, through a real registry. */
class BundleDeliveryTest extends DeliveryScenario {
    private static final List<String> FILES =
            List.of("bundle.json", "certificate.json", "edgeai.json", "model.bin", "model.xml");

    private Path device;

    @BeforeEach
    void chooseFolder() {
        device = folder.resolve("device");
    }

    @Test
    void whatWasCertifiedIsFetchedAndVerifiedWithoutNetwork() throws Exception {
        String bundle = bundle();

        Run fetch = fetch(bundle, ACCELERATOR);
        registry.stop();

        assertThat(fetch.code()).as(fetch.err()).isZero();
        assertThat(names(device)).isEqualTo(FILES);
        JsonNode manifest = Json.mapper().readTree(Files.readString(device.resolve("bundle.json")));
        assertThat(artifact).endsWith(manifest.path("artifact").asText());
        assertThat(manifest.path("source").asText()).isEqualTo("sha256:" + "5".repeat(64));
        assertThat(manifest.path("accelerator").asText()).isEqualTo(ACCELERATOR);
        assertThat(manifest.path("engine").asText()).isEqualTo("OpenVINO");
        assertThat(manifest.path("technique").asText()).isEqualTo("int8-ptq");
        assertThat(manifest.path("versions").path("openvino").asText()).isEqualTo("2026.4.1");
        assertThat(manifest.path("files").path(1).path("name").asText()).isEqualTo("model.bin");
        assertThat(manifest.path("files").path(1).path("sha256").asText())
                .isEqualTo(Digest.of(device.resolve("model.bin")).hex());
        assertThat(manifest.path("bytes").asLong())
                .isEqualTo(Files.size(device.resolve("edgeai.json")) + "weights".length() + "<net/>".length());
        Run verify = verify(ACCELERATOR);
        assertThat(verify.code()).as(verify.out()).isZero();
        assertThat(verify.out()).contains("ok  content", "ok  certificate", "run vision/digits-intel-cpu-1");
    }

    @Test
    void theSameRequestGivesTheSameBundle() throws Exception {
        assertThat(bundle()).isEqualTo(bundle());
    }

    @Test
    void oneFlippedBitInAnyFileIsRefused() throws Exception {
        fetch(bundle(), ACCELERATOR);
        for (String name : FILES) {
            Path file = device.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int at : new int[] {0, whole.length / 2, whole.length - 1}) {
                byte[] changed = whole.clone();
                changed[at] ^= 1;
                Files.write(file, changed);

                Run verify = verify(ACCELERATOR);

                assertThat(verify.code())
                        .as("%s, byte %d: %s", name, at, verify.out())
                        .isEqualTo(ExitCode.REFUSED);
                assertThat(verify.out())
                        .contains(name.equals("certificate.json") ? "CertificateInvalid" : "DigestMismatch")
                        .contains(name.equals("certificate.json") ? "certificate" : name);
            }
            Files.write(file, whole);
        }
        assertThat(verify(ACCELERATOR).code()).isZero();
    }

    @Test
    void aMissingAddedOrLinkedFileIsRefused() throws Exception {
        fetch(bundle(), ACCELERATOR);
        Path added = Files.writeString(device.resolve("more.bin"), "x");
        assertThat(verify(ACCELERATOR).out()).contains("NO  content: DigestMismatch", "more.bin");
        Files.delete(added);
        Path records = Files.createDirectory(device.resolve(".edgeai"));
        assertThat(verify(ACCELERATOR).code()).isEqualTo(ExitCode.REFUSED);
        Files.delete(records);
        for (String name : FILES) {
            Path moved = Files.move(device.resolve(name), folder.resolve(name));
            assertThat(verify(ACCELERATOR).code()).as("without " + name).isEqualTo(ExitCode.REFUSED);
            Files.createSymbolicLink(device.resolve(name), moved);
            assertThat(verify(ACCELERATOR).code()).as("link to " + name).isEqualTo(ExitCode.REFUSED);
            Files.delete(device.resolve(name));
            Files.move(moved, device.resolve(name));
        }
        assertThat(verify(ACCELERATOR).code()).isZero();
    }

    @Test
    void anotherDeviceClassAndAnotherKeyAreRefusedBeforeAnythingIsWritten() throws Exception {
        String bundle = bundle();
        Path others = folder.resolve("others");
        Run.of(Map.of(), "keygen", "--out", others.toString());

        assertThat(fetch(bundle, "ios").failure().reason()).isEqualTo("CertificateMismatch");
        Run otherKey = Run.of(
                environment,
                "bundle",
                bundle,
                "--into",
                device.toString(),
                "--key",
                others.resolve("public.pem").toString());
        assertThat(otherKey.failure().reason()).isEqualTo("CertificateInvalid");
        assertThat(device).doesNotExist();
        fetch(bundle, ACCELERATOR);
        assertThat(verify("ios").out()).contains("NO  certificate: CertificateMismatch", "'ios'");
    }

    @Test
    void aBundleChangedInTheRegistryIsRefused() throws Exception {
        String bundle = bundle();
        TestRegistry.flip(registry.blob(Digest.of(folder.resolve("variant/model.bin"))));

        assertThat(fetch(bundle, ACCELERATOR).failure().reason()).isEqualTo("DigestMismatch");
        assertThat(device.resolve("model.bin")).doesNotExist();
    }

    @Test
    void aVariantThatIsNoBundleIsSaidToBeNone() throws Exception {
        assertThat(fetch("oci://" + artifact, ACCELERATOR).failure().reason()).isEqualTo("UnsupportedModel");
    }

    @Test
    void aVariantWithAFileOfTheBundlesNamesIsRefused() throws Exception {
        for (String name : List.of("bundle.json", "certificate.json")) {
            Path own = Files.writeString(folder.resolve("variant").resolve(name), "{}");
            artifact = push();

            Run run = certifyBundle(ACCELERATOR);

            assertThat(run.code()).isEqualTo(ExitCode.FAILED);
            assertThat(run.failure().reason()).isEqualTo("UnsupportedModel");
            assertThat(run.failure().message()).contains(name);
            Files.delete(own);
        }
    }

    private String bundle() throws IOException {
        Run run = certifyBundle(ACCELERATOR);
        assertThat(run.code()).as(run.err()).isZero();
        String digest = Json.read(run.message(), CertificateResult.class).bundle();
        return "oci://" + repository + "@" + Objects.requireNonNull(digest);
    }

    private Run fetch(String bundle, String accelerator) throws IOException {
        return Run.of(environment, "bundle", bundle, "--into", device.toString(), "--accelerator", accelerator);
    }

    private Run verify(String accelerator) throws IOException {
        return Run.of(
                Map.of(),
                "verify",
                device.toString(),
                "--key",
                keys.resolve("public.pem").toString(),
                "--accelerator",
                accelerator);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
