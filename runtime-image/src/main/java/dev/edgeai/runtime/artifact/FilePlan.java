package dev.edgeai.runtime.artifact;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where the files of an artifact go, decided and checked before the first byte is fetched. */
public final class FilePlan {
    private static final int MAX_FILES = 10_000;

    private FilePlan() {}

    /**
     * A file of an artifact.
     *
     * @param name within the artifact
     * @param place on disk
     * @param layer its content
     */
    public record PlannedFile(String name, Path place, Descriptor layer) {
        /** Whether the file is there with the right content. */
        public boolean isDone() throws IOException {
            return Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(place) == layer.size()
                    && Digest.of(place).equals(layer.digest());
        }
    }

    /**
     * Plans.
     *
     * @throws RuntimeFailure {@code UnsafeArchive} or {@code UnsupportedModel}: the message names the layer
     */
    public static List<PlannedFile> of(Manifest manifest, Path folder) {
        List<Descriptor> layers = manifest.layers();
        if (layers.isEmpty() || layers.size() > MAX_FILES) {
            throw unsupported("it has %d layers; 1 to %d are files".formatted(layers.size(), MAX_FILES));
        }
        Map<Path, PlannedFile> files = new TreeMap<>();
        for (Descriptor layer : layers) {
            PlannedFile file = plan(layer, folder);
            if (files.put(file.place(), file) != null) {
                throw unsafe("two files named '" + file.name() + "'");
            }
        }
        files.keySet().forEach(place -> {
            for (Path parent = place.getParent(); parent != null; parent = parent.getParent()) {
                if (files.containsKey(parent)) {
                    throw unsafe("'" + files.get(parent).name() + "' as a file and as a folder");
                }
            }
        });
        return new ArrayList<>(files.values());
    }

    private static PlannedFile plan(Descriptor layer, Path folder) {
        if (isArchive(layer)) {
            throw unsupported("layer %s is an archive (%s)".formatted(layer.digest(), layer.mediaType()));
        }
        String name = layer.fileName()
                .orElseThrow(() -> unsupported("layer %s has no annotation '%s' or '%s' that names its file"
                        .formatted(layer.digest(), Descriptor.FILE_PATH, Descriptor.TITLE)));
        return new PlannedFile(name, SafeName.resolve(folder, name), layer);
    }

    /** By ModelPack's media types and ORAS's annotation. ORAS's media type says tar of plain files too, so is no sign. */
    private static boolean isArchive(Descriptor layer) {
        return layer.mediaType().matches("application/vnd\\.cncf\\.model\\..*\\btar\\b.*")
                || Boolean.parseBoolean(layer.annotations().get("io.deis.oras.content.unpack"));
    }

    /** The files that are not there yet. */
    public static List<PlannedFile> missing(List<PlannedFile> plan) throws IOException {
        List<PlannedFile> missing = new ArrayList<>();
        for (PlannedFile file : plan) {
            if (!file.isDone()) {
                missing.add(file);
            }
        }
        return missing;
    }

    /**
     * Makes sure that files fit on their volume.
     *
     * @throws RuntimeFailure {@code DiskFull}
     */
    public static void requireSpace(List<PlannedFile> files, Path folder, String what) throws IOException {
        long bytes = files.stream().mapToLong(file -> file.layer().size()).sum();
        Files.createDirectories(folder);
        long free = Files.getFileStore(folder).getUsableSpace();
        if (bytes > free) {
            throw new RuntimeFailure(
                    FailureReason.DISK_FULL,
                    "%s needs %,d bytes, the volume of %s has %,d left; give it a larger one, or free room on the node."
                            .formatted(what, bytes, folder, free));
        }
    }

    private static RuntimeFailure unsafe(String what) {
        return new RuntimeFailure(
                FailureReason.UNSAFE_ARCHIVE, "The artifact has " + what + ". Push it again with 'edgeai push'.");
    }

    private static RuntimeFailure unsupported(String why) {
        return new RuntimeFailure(
                FailureReason.UNSUPPORTED_MODEL,
                "The artifact holds no plain files: " + why + ". Push them with 'edgeai push'.");
    }
}
