package dev.edgeai.runtime.artifact.transfer;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;

/**
 * Writes a stream to a file that appears only when it is whole and right: digest and size are checked while the bytes
 * pass, and the file is renamed into place at the end.
 */
public final class VerifiedCopy {
    private static final int BUFFER_BYTES = 1 << 18;

    private final String what;

    /**
     * Makes a copy.
     *
     * @param what for messages, for example {@code file 'model.onnx' of registry/models/digits}
     */
    public VerifiedCopy(String what) {
        this.what = what;
    }

    /**
     * What was written.
     *
     * @param digest of the bytes
     * @param size bytes
     */
    public record Written(Digest digest, long size) {}

    /**
     * Copies.
     *
     * @param expected absent when any digest will do
     * @param size what was announced; negative when unknown
     * @param limit largest file that is taken, bytes
     * @throws RuntimeFailure {@code DigestMismatch}, {@code TooLarge} or {@code DiskFull}; no file is left
     * @throws IOException the stream broke off; no file is left
     */
    public Written write(
            InputStream in, Path target, @Nullable Digest expected, long size, long limit, StallGuard.Progress progress)
            throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, ".partial-", "");
        try {
            Written written = copy(in, part, size, limit, progress);
            if (expected != null && !written.digest().equals(expected)) {
                throw mismatch(what, "digest " + expected, "digest " + written.digest());
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return written;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private Written copy(InputStream in, Path part, long size, long limit, StallGuard.Progress progress)
            throws IOException {
        MessageDigest sha256 = Digest.sha256();
        long total = 0;
        try (OutputStream out = Files.newOutputStream(part)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                progress.moved(n);
                total += n;
                if (size >= 0 && total > size) {
                    throw mismatch(what, size + " bytes", "more");
                }
                if (total > limit) {
                    throw tooLarge(what, limit);
                }
                sha256.update(buffer, 0, n);
                append(out, buffer, n);
            }
        }
        if (size >= 0 && total != size) {
            throw mismatch(what, size + " bytes", total + " bytes");
        }
        return new Written(Digest.ofHash(sha256.digest()), total);
    }

    /** Into a file; seen from tests. */
    void append(OutputStream out, byte[] buffer, int n) {
        try {
            out.write(buffer, 0, n);
        } catch (IOException e) { // of the disk: trying the download again would not help
            throw new RuntimeFailure(
                    FailureReason.DISK_FULL,
                    "Cannot write %s (%s). Give the volume more room, or free room on the node."
                            .formatted(what, e.getMessage()),
                    e);
        }
    }

    public static RuntimeFailure tooLarge(String what, long limit) {
        return new RuntimeFailure(
                FailureReason.TOO_LARGE,
                "%s is larger than the limit of %,d bytes (maxSourceBytes in the operator's configuration)."
                        .formatted(what, limit));
    }

    public static RuntimeFailure mismatch(String what, String expected, String found) {
        return new RuntimeFailure(
                FailureReason.DIGEST_MISMATCH,
                "%s: expected %s, found %s. It was damaged or changed after it was pushed; push it again."
                        .formatted(what, expected, found));
    }
}
