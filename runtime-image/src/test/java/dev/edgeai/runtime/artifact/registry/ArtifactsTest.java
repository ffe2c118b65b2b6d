package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Attachment;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Index;
import dev.edgeai.runtime.artifact.Manifest;
import dev.edgeai.runtime.artifact.ModelPack;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.transfer.Retry;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Push and pull against the CNCF Distribution registry. */
class ArtifactsTest {
    private static final long LIMIT = 1 << 20;

    @TempDir
    static Path registryFolder;

    private static TestRegistry registry;

    @TempDir
    Path folder;

    private Artifacts artifacts;
    private Reference target;
    private Path model;

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = TestRegistry.start(registryFolder);
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
    }

    @BeforeEach
    void makeModel(TestInfo test) throws Exception {
        artifacts = artifacts(registry, "3");
        String name = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
        target = Reference.parse("oci://" + registry.address() + "/models/" + name + ":1.0");
        model = writeModel(folder.resolve("model"), name);
    }

    @Test
    void whatIsPushedComesBack() throws Exception {
        Artifacts.Pushed pushed = artifacts.push(model, target);

        Artifacts.Pulled pulled = pull(target, folder.resolve("pulled"));

        assertThat(pulled.digest()).isEqualTo(pushed.digest());
        assertThat(pulled.files()).containsExactly("model.onnx", "weights/empty.bin", "weights/part-0.bin");
        assertThat(pulled.bytes()).isEqualTo(pushed.bytes()).isPositive();
        for (String file : pulled.files()) {
            assertThat(folder.resolve("pulled").resolve(file)).hasSameBinaryContentAs(model.resolve(file));
        }
    }

    @Test
    void theSameFilesGiveTheSameDigestWhereverAndWheneverTheyLie() throws Exception {
        Path other = writeModel(folder.resolve("other/place"), "the same");
        Path first = writeModel(folder.resolve("first"), "the same");
        Files.setLastModifiedTime(other.resolve("model.onnx"), FileTime.from(Instant.EPOCH));

        Digest digest = artifacts.push(first, target).digest();

        assertThat(artifacts.push(other, target).digest()).isEqualTo(digest);
        // kept from the first release on: a change here is a change of every artifact's name
        assertThat(digest).hasToString("sha256:db8cd7cbf8d7d381326c49558562a15432b300e599e1c3f55d380dcb3182a98e");
        Files.writeString(other.resolve("model.onnx"), "different");
        assertThat(artifacts.push(other, target).digest()).isNotEqualTo(digest);
    }

    @Test
    void blobsThatAreThereDoNotMoveAgain() throws Exception {
        artifacts.push(model, target);
        Path blob = registry.blob(Digest.of(model.resolve("model.onnx")));
        Files.writeString(blob, "a second upload would replace this");

        artifacts.push(model, target);

        assertThat(blob).hasContent("a second upload would replace this");
    }

    @Test
    void aFileThatIsThereIsNotFetchedAgainAndADamagedOneIs() throws Exception {
        artifacts.push(model, target);
        Path into = folder.resolve("pulled");
        pull(target, into);
        Digest whole = Digest.of(model.resolve("model.onnx"));
        Files.delete(registry.blob(whole));
        TestRegistry.flip(into.resolve("weights/part-0.bin"));

        pull(target, into);

        assertThat(into.resolve("weights/part-0.bin")).hasSameBinaryContentAs(model.resolve("weights/part-0.bin"));
        assertThat(Digest.of(into.resolve("model.onnx"))).isEqualTo(whole);
    }

    @Test
    void oneFlippedBitInABlobIsRefusedAndLeavesNoFile() throws Exception {
        artifacts.push(model, target);
        Digest expected = Digest.of(model.resolve("model.onnx"));
        TestRegistry.flip(registry.blob(expected));
        Digest found = Digest.of(registry.blob(expected));
        Path into = folder.resolve("pulled");

        assertFails(() -> pull(target, into), FailureReason.DIGEST_MISMATCH)
                .hasMessageContainingAll("model.onnx", expected.toString(), found.toString());
        assertThat(into).isEmptyDirectory();
    }

    @Test
    void aShortenedBlobIsRefused() throws Exception {
        artifacts.push(model, target);
        Digest digest = Digest.of(model.resolve("model.onnx"));
        Files.writeString(registry.blob(digest), "short");

        assertFails(() -> pull(target, folder.resolve("pulled")), FailureReason.DIGEST_MISMATCH)
                .hasMessageContaining("5 bytes");
    }

    @Test
    void oneFlippedBitInTheManifestIsRefused() throws Exception {
        Digest digest = artifacts.push(model, target).digest();
        TestRegistry.flip(registry.blob(digest));

        assertFails(() -> pull(target.at(digest), folder.resolve("pulled")), FailureReason.DIGEST_MISMATCH)
                .hasMessageContaining(digest.toString());
    }

    @Test
    void aSourceOverTheLimitIsRefusedBeforeAByteMoves() throws Exception {
        Artifacts.Pushed pushed = artifacts.push(model, target);
        Path into = folder.resolve("pulled");

        assertFails(
                        () -> artifacts.pull(target, into, pushed.bytes() - 1, FailureReason.SOURCE_NOT_FOUND),
                        FailureReason.TOO_LARGE)
                .hasMessageContaining("maxSourceBytes");
        assertThat(into).doesNotExist();
        artifacts.pull(target, into, pushed.bytes(), FailureReason.SOURCE_NOT_FOUND);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertFails(() -> pull(target, folder.resolve("pulled")), FailureReason.SOURCE_NOT_FOUND)
                .hasMessageContainingAll(target.toString(), "404", "repository");
        assertFails(
                () -> artifacts.pull(target, folder.resolve("pulled"), LIMIT, FailureReason.DATASET_NOT_FOUND),
                FailureReason.DATASET_NOT_FOUND);
    }

    @Test
    void aMissingBlobIsNamedBeforeAnythingIsSigned() throws Exception {
        Digest digest = artifacts.push(model, target).digest();
        artifacts.requireComplete(target.at(digest), FailureReason.SOURCE_NOT_FOUND);
        Files.delete(registry.blob(Digest.of(model.resolve("model.onnx"))));

        assertFails(
                        () -> artifacts.requireComplete(target.at(digest), FailureReason.SOURCE_NOT_FOUND),
                        FailureReason.SOURCE_NOT_FOUND)
                .hasMessageContaining("model.onnx");
    }

    @Test
    void aRegistryThatIsAwayForAWhileFailsNothing() throws Exception {
        try (TestRegistry own = TestRegistry.start(Files.createDirectory(folder.resolve("registry")))) {
            Reference reference = Reference.parse(own.address() + "/models/away:1");
            artifacts(own, "20").push(model, reference);
            own.stop();
            Thread comesBack = Thread.startVirtualThread(() -> startAfter(own, Duration.ofSeconds(2)));

            Artifacts.Pulled pulled = artifacts(own, "20")
                    .pull(reference, folder.resolve("pulled"), LIMIT, FailureReason.SOURCE_NOT_FOUND);

            assertThat(pulled.files()).hasSize(3);
            comesBack.join();
        }
    }

    @Test
    void aRegistryThatStaysAwayIsGivenUpInTime() throws Exception {
        Reference nobody = Reference.parse("127.0.0.1:1/models/nobody:1");
        Artifacts patient =
                Artifacts.of(new Environment(Map.of("EDGEAI_RETRY_SECONDS", "2")), List.of(nobody.registry()));
        Instant start = Instant.now();

        assertFails(
                () -> patient.pull(nobody, folder, LIMIT, FailureReason.SOURCE_NOT_FOUND),
                FailureReason.REGISTRY_UNAVAILABLE);
        assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void aHostThatNobodyKnowsIsSaidToBeThat() {
        Artifacts hasty = Artifacts.of(new Environment(Map.of("EDGEAI_RETRY_SECONDS", "1")), List.of("nobody.invalid"));

        assertFails(
                        () -> hasty.pull(
                                Reference.parse("nobody.invalid/models/nobody:1"),
                                folder,
                                LIMIT,
                                FailureReason.SOURCE_NOT_FOUND),
                        FailureReason.REGISTRY_UNAVAILABLE)
                .hasMessageContaining("host is not known");
    }

    @Test
    void aRegistryThatIsNotListedIsNotSpokenToWithoutTls() {
        Artifacts strict = Artifacts.of(new Environment(Map.of("EDGEAI_RETRY_SECONDS", "1")), List.of());

        assertFails(
                        () -> strict.pull(target, folder, LIMIT, FailureReason.SOURCE_NOT_FOUND),
                        FailureReason.REGISTRY_UNAVAILABLE)
                .hasMessageContainingAll("TLS", "--plain-http");
    }

    @Test
    void credentialsAreReadFromTheMountedSecret() throws Exception {
        try (TestRegistry own = TestRegistry.startWithCredentials(Files.createDirectory(folder.resolve("registry")))) {
            Reference reference = Reference.parse(own.address() + "/models/secret:1");
            Path config = Files.createDirectory(folder.resolve("docker"));
            Files.writeString(
                    config.resolve("config.json"),
                    "{\"auths\":{\"%s\":{\"username\":\"%s\",\"password\":\"%s\"}}}"
                            .formatted(own.address(), TestRegistry.USER, TestRegistry.PASSWORD));
            Map<String, String> mounted = Map.of("DOCKER_CONFIG", config.toString());

            Artifacts.of(new Environment(mounted), List.of(own.address())).push(model, reference);
            Artifacts.of(new Environment(mounted), List.of(own.address()))
                    .pull(reference, folder.resolve("pulled"), LIMIT, FailureReason.SOURCE_NOT_FOUND);

            assertFails(
                            () -> artifacts(own, "1")
                                    .pull(reference, folder.resolve("no"), LIMIT, FailureReason.SOURCE_NOT_FOUND),
                            FailureReason.SOURCE_NOT_FOUND)
                    .hasMessageContainingAll("401", "credentials");
        }
    }

    @Test
    void aManifestWithAHostileFileNameIsRefusedWhole() throws Exception {
        byte[] content = "evil".getBytes(StandardCharsets.UTF_8);
        for (String name : List.of("../evil", "/evil", "a/../../evil", ".edgeai/certificate.json", "a\\..\\evil", "")) {
            Reference reference = pushRaw(content, name);
            assertFails(() -> pull(reference, folder.resolve("pulled")), FailureReason.UNSAFE_ARCHIVE);
        }
        assertFails(() -> pull(pushRaw(content, "a", "a/b"), folder.resolve("pulled")), FailureReason.UNSAFE_ARCHIVE);
        assertFails(() -> pull(pushRaw(content, "a", "a"), folder.resolve("pulled")), FailureReason.UNSAFE_ARCHIVE);
        assertThat(folder.resolve("evil")).doesNotExist();
        assertThat(folder.resolve("pulled")).doesNotExist();
    }

    @Test
    void anIndexIsNoArtifact() throws Exception {
        Index index = new Index(2, Index.MEDIA_TYPE, List.of());
        client().putManifest(target, Index.MEDIA_TYPE, index.toBytes());

        assertFails(() -> pull(target, folder.resolve("pulled")), FailureReason.UNSUPPORTED_MODEL)
                .hasMessageContaining("index");
    }

    @Test
    void theOneFileOfADatasetGetsTheNameThatIsAskedFor() throws Exception {
        Path dataset = Files.writeString(folder.resolve("digits-test.npz"), "numbers");
        artifacts.push(dataset, target);

        artifacts.pullFile(
                target,
                folder.resolve("dataset"),
                "dataset.npz",
                List.of(".npz"),
                LIMIT,
                FailureReason.DATASET_NOT_FOUND);

        assertThat(folder.resolve("dataset/dataset.npz")).hasContent("numbers");
        artifacts.push(model, target);
        assertFails(
                () -> artifacts.pullFile(
                        target,
                        folder.resolve("other"),
                        "dataset.npz",
                        List.of(".npz"),
                        LIMIT,
                        FailureReason.DATASET_NOT_FOUND),
                FailureReason.INVALID_DATASET);
    }

    private Reference pushRaw(byte[] content, String... names) {
        RegistryClient client = client();
        client.upload(target, content, "content");
        client.upload(target, Attachment.emptyConfig(), "config");
        List<Descriptor> layers = Arrays.stream(names)
                .map(name -> new Descriptor(
                        ModelPack.LAYER_TYPE, Digest.of(content), content.length, null, Map.of(Descriptor.TITLE, name)))
                .toList();
        Manifest manifest = Manifest.of(
                ModelPack.ARTIFACT_TYPE,
                Descriptor.of(ModelPack.CONFIG_TYPE, Attachment.emptyConfig()),
                layers,
                null,
                Map.of());
        byte[] bytes = manifest.toBytes();
        client.putManifest(target.at(Digest.of(bytes)), Manifest.MEDIA_TYPE, bytes);
        return target.at(Digest.of(bytes));
    }

    private static RegistryClient client() {
        return new RegistryClient(
                Set.of(registry.address()), new DockerCredentials(Map.of()), Retry.within(Duration.ofSeconds(1)));
    }

    private Artifacts.Pulled pull(Reference reference, Path into) throws Exception {
        return artifacts.pull(reference, into, LIMIT, FailureReason.SOURCE_NOT_FOUND);
    }

    private static AbstractThrowableAssert<?, ?> assertFails(ThrowingCallable work, FailureReason reason) {
        return assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    private static Artifacts artifacts(TestRegistry registry, String retrySeconds) {
        return Artifacts.of(new Environment(Map.of("EDGEAI_RETRY_SECONDS", retrySeconds)), List.of(registry.address()));
    }

    private static void startAfter(TestRegistry registry, Duration pause) {
        try {
            Thread.sleep(pause);
            registry.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path writeModel(Path at, String content) throws Exception {
        Files.createDirectories(at.resolve("weights"));
        Files.writeString(at.resolve("model.onnx"), "model " + content);
        Files.writeString(at.resolve("weights/part-0.bin"), "weights " + content);
        Files.createFile(at.resolve("weights/empty.bin"));
        return at;
    }
}
