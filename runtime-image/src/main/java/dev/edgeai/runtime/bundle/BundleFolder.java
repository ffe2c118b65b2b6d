package dev.edgeai.runtime.bundle;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Descriptor;
import dev.edgeai.runtime.artifact.ModelPack;
import dev.edgeai.runtime.bundle.BundleManifest.BundledFile;
import dev.edgeai.runtime.certify.Certificate;
import dev.edgeai.runtime.certify.Trust;
import dev.edgeai.runtime.certify.Verifier.Check;
import dev.edgeai.runtime.certify.Verifier.Report;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bundle on disk: the variant's files, its certificate and {@code bundle.json}. Verified without a network.
 *
 * @param path the folder
 */
public record BundleFolder(Path path) {
    /** Of a file that is read whole: names and digests of ten thousand files take less. */
    private static final int MAX_BYTES = 4 << 20;

    /** This program's own records, with which {@code edgeai load} marks its folders. */
    private static final String RECORDS = ".edgeai";

    /** Whether a folder is laid out as a bundle. */
    public static boolean isOne(Path folder) {
        return Files.exists(folder.resolve(BundleManifest.FILE), LinkOption.NOFOLLOW_LINKS)
                && Files.notExists(folder.resolve(RECORDS), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Says what holds and what does not.
     *
     * @param accelerator the class of hardware that it must be for; absent when any will do
     */
    public Report verify(Trust key, @Nullable String accelerator) throws IOException {
        Check certificate = Check.of("certificate", () -> {
            Certificate opened = certificate(key);
            return opened.requireFor(opened.statement().artifact(), accelerator).describe();
        });
        Check content = Check.of("content", () -> {
            open(key, null);
            return "Every file has its digest, there is no other file, and %s says what they say."
                    .formatted(BundleManifest.FILE);
        });
        return Report.of(path.toString(), content, List.of(certificate));
    }

    /**
     * Verifies from disk alone: signature, gates, accelerator, that the files are the certified variant's and no other
     * file lies there, and that {@code bundle.json} follows from them.
     *
     * @throws RuntimeFailure {@code CertificateMissing}, {@code CertificateInvalid}, {@code CertificateMismatch},
     *     {@code DigestMismatch}, {@code UnsafeArchive}; the message names what differs
     */
    BundleManifest open(Trust key, @Nullable String accelerator) throws IOException {
        Certificate certificate = certificate(key);
        certificate.requireFor(certificate.statement().artifact(), accelerator);
        byte[] said = read(BundleManifest.FILE, FailureReason.DIGEST_MISMATCH);
        List<Descriptor> files = files();
        if (!ModelPack.digest(files).equals(certificate.statement().artifact())) {
            throw mismatch("its files are not the certified variant's (%s)".formatted(difference(said, files)));
        }
        BundleManifest manifest = BundleManifest.of(
                certificate.statement(), read(VariantDescriptor.FILE, FailureReason.UNSUPPORTED_MODEL), files);
        if (!Arrays.equals(manifest.toBytes(), said)) {
            throw mismatch(BundleManifest.FILE + " was changed");
        }
        return manifest;
    }

    private Certificate certificate(Trust key) throws IOException {
        return Certificate.open(read(BundleLayers.CERTIFICATE, FailureReason.CERTIFICATE_MISSING), key);
    }

    private List<Descriptor> files() throws IOException {
        if (Files.exists(path.resolve(RECORDS), LinkOption.NOFOLLOW_LINKS)) {
            throw mismatch("'%s' is not part of a bundle".formatted(RECORDS));
        }
        try {
            return ModelPack.of(path, BundleLayers.ADDED).files().stream()
                    .map(ModelPack.PackedFile::layer)
                    .toList();
        } catch (UsageException e) { // a link, or nothing there
            throw new RuntimeFailure(FailureReason.UNSAFE_ARCHIVE, String.valueOf(e.getMessage()), e);
        }
    }

    /** Names the files that differ, as far as {@code bundle.json} can be believed. */
    private static String difference(byte[] said, List<Descriptor> files) {
        try {
            List<BundledFile> listed = Json.read(new String(said, StandardCharsets.UTF_8), BundleManifest.class)
                    .files();
            List<BundledFile> here = files.stream().map(BundledFile::of).toList();
            String names = Stream.concat(
                            here.stream().filter(file -> !listed.contains(file)),
                            listed.stream().filter(file -> !here.contains(file)))
                    .map(BundledFile::name)
                    .distinct()
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "although %s lists them so".formatted(BundleManifest.FILE) : "see " + names;
        } catch (IOException _) {
            return BundleManifest.FILE + " cannot be read either";
        }
    }

    private byte[] read(String name, FailureReason missing) throws IOException {
        Path file = path.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new RuntimeFailure(missing, "%s holds no %s. Fetch the bundle again.".formatted(path, name));
        }
        if (Files.size(file) > MAX_BYTES) {
            throw mismatch("%s is larger than %,d bytes".formatted(name, MAX_BYTES));
        }
        return Files.readAllBytes(file);
    }

    private RuntimeFailure mismatch(String what) {
        return new RuntimeFailure(
                FailureReason.DIGEST_MISMATCH,
                "%s: %s. Empty the folder and fetch the bundle again.".formatted(path, what));
    }
}
