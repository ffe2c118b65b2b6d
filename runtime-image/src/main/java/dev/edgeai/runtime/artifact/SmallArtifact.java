package dev.edgeai.runtime.artifact;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An artifact of small files that are made here, beside layers that the registry has already. Other OCI clients pull it
 * as a folder of files.
 *
 * @param manifest what names them
 * @param blobs the files' bytes
 */
public record SmallArtifact(Manifest manifest, List<byte[]> blobs) {
    /**
     * A file.
     *
     * @param name within the artifact
     * @param mediaType of its content
     * @param content its bytes
     */
    public record File(String name, String mediaType, byte[] content) {}

    /**
     * Makes one; the same arguments give the same bytes.
     *
     * @param artifactType by which it is found
     * @param present layers that lie in the same repository
     * @param files what is added
     * @param subject bytes of the manifest it says something about; absent when it stands for itself
     */
    public static SmallArtifact of(
            String artifactType,
            List<Descriptor> present,
            List<File> files,
            byte @Nullable [] subject,
            Map<String, String> annotations) {
        List<Descriptor> layers = new ArrayList<>(present);
        files.forEach(file -> layers.add(Descriptor.of(file.mediaType(), file.name(), file.content())));
        Manifest manifest = Manifest.of(
                artifactType,
                Descriptor.of(Attachment.EMPTY_TYPE, Attachment.emptyConfig()),
                layers,
                subject == null ? null : Descriptor.of(Manifest.MEDIA_TYPE, subject),
                annotations);
        return new SmallArtifact(manifest, files.stream().map(File::content).toList());
    }

    /** Digest of the manifest. */
    public Digest digest() {
        return Digest.of(manifest.toBytes());
    }
}
