package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Attachment;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.Index;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.transfer.Retry;
import dev.edgeai.runtime.artifact.transfer.TransferException;
import dev.edgeai.runtime.pod.Environment;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Attachments in registries with and without the referrers API. */
class ReferrerListTest {
    private static final String TYPE = "application/vnd.example.note+json";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void anAttachmentIsFoundByItsArtifact(TestRegistry.Kind kind) throws Exception {
        try (TestRegistry registry = TestRegistry.start(kind, folder)) {
            Artifacts artifacts = artifacts(registry);
            Reference subject = push(artifacts, registry, "one");
            Reference other = push(artifacts, registry, "two");
            byte[] manifest =
                    artifacts.manifest(subject, FailureReason.SOURCE_NOT_FOUND).bytes();
            Attachment first = note(manifest, TYPE, "first");
            Attachment second = note(manifest, TYPE, "second");
            assertThat(artifacts.attachments(subject, TYPE)).isEmpty();

            artifacts.attach(subject, first);
            artifacts.attach(subject, first);
            artifacts.attach(subject, second);
            artifacts.attach(subject, note(manifest, "application/vnd.example.other+json", "other"));

            assertThat(artifacts.attachments(subject, TYPE))
                    .extracting(Descriptor::digest)
                    .containsExactlyInAnyOrder(first.digest(), second.digest());
            assertThat(artifacts.attachments(other, TYPE)).isEmpty();
            assertThat(artifacts
                            .attachment(subject, second.digest(), FailureReason.CERTIFICATE_MISSING)
                            .content())
                    .asString()
                    .isEqualTo("second");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theListIsKeptUnderATagExactlyWhereTheRegistryDoesNotSayThatItKeepsIt(TestRegistry.Kind kind) throws Exception {
        try (TestRegistry registry = TestRegistry.start(kind, folder)) {
            Artifacts artifacts = artifacts(registry);
            Reference subject = push(artifacts, registry, "one");
            byte[] manifest =
                    artifacts.manifest(subject, FailureReason.SOURCE_NOT_FOUND).bytes();
            Attachment note = note(manifest, TYPE, "first");
            artifacts.attach(subject, note);
            RegistryClient client = client(registry);
            Reference tag = subject.tagged("sha256-" + subject.requireDigest().hex());

            if (kind == TestRegistry.Kind.OCIREGISTRY) {
                assertThatThrownBy(() -> client.manifest(tag)).isInstanceOf(TransferException.class);
            } else {
                assertThat(Index.read(client.manifest(tag).bytes()).manifests())
                        .singleElement()
                        .satisfies(entry -> {
                            assertThat(entry.digest()).isEqualTo(note.digest());
                            assertThat(entry.artifactType()).isEqualTo(TYPE);
                            assertThat(entry.annotations()).containsEntry("note", "first");
                        });
            }
            if (kind == TestRegistry.Kind.DISTRIBUTION) {
                assertThatThrownBy(() -> client.referrers(subject, TYPE)).isInstanceOf(TransferException.class);
            } else {
                assertThat(Index.read(client.referrers(subject, TYPE)).manifests())
                        .extracting(Descriptor::digest)
                        .containsExactly(note.digest());
            }
        }
    }

    private Reference push(Artifacts artifacts, TestRegistry registry, String content) throws Exception {
        Path file = Files.writeString(folder.resolve(content), content);
        Reference reference = Reference.parse(registry.address() + "/notes");
        return reference.at(artifacts.push(file, reference).digest());
    }

    private static Attachment note(byte[] manifest, String type, String text) {
        return Attachment.to(manifest, type, "text/plain", text.getBytes(StandardCharsets.UTF_8), Map.of("note", text));
    }

    private static Artifacts artifacts(TestRegistry registry) {
        return Artifacts.of(new Environment(Map.of("EDGEAI_RETRY_SECONDS", "1")), List.of(registry.address()));
    }

    private static RegistryClient client(TestRegistry registry) {
        return new RegistryClient(
                Set.of(registry.address()), new DockerCredentials(Map.of()), Retry.within(Duration.ofSeconds(1)));
    }
}
