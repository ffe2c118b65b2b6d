package dev.edgeai.runtime.artifact;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** File names that strangers chose: only names that stay within the folder are taken. */
public final class SafeName {
    /** Folder of this program's own records; no artifact may write there. */
    public static final String RECORDS = ".edgeai";

    private static final int MAX_SEGMENT_BYTES = 255;
    private static final int MAX_SEGMENTS = 16;

    private SafeName() {}

    /**
     * The place of a file within a folder.
     *
     * @param name relative, segments separated by {@code /}
     * @throws RuntimeFailure {@code UnsafeArchive}: the name is absolute, climbs out, or leads through a link
     */
    public static Path resolve(Path folder, String name) {
        List<String> segments = List.of(name.split("/", -1));
        boolean safe = segments.size() <= MAX_SEGMENTS
                && segments.stream().allMatch(SafeName::isSafeSegment)
                && !segments.getFirst().equals(RECORDS);
        if (!safe) {
            throw unsafe(name, "names must be relative, without '..', '\\' and control characters");
        }
        Path root = folder.toAbsolutePath().normalize();
        Path place;
        try {
            place = root.resolve(name).normalize();
        } catch (InvalidPathException _) {
            throw unsafe(name, "it is no file name here");
        }
        if (!place.startsWith(root) || place.equals(root)) {
            throw unsafe(name, "it leads out of the folder");
        }
        for (Path at = place; at != null && !at.equals(root); at = at.getParent()) {
            if (Files.isSymbolicLink(at)) {
                throw unsafe(name, at + " is a symbolic link");
            }
        }
        return place;
    }

    private static boolean isSafeSegment(String segment) {
        return !segment.isEmpty()
                && !segment.equals(".")
                && !segment.equals("..")
                && segment.indexOf('\\') < 0
                && segment.chars().noneMatch(Character::isISOControl)
                && segment.getBytes(StandardCharsets.UTF_8).length <= MAX_SEGMENT_BYTES;
    }

    private static RuntimeFailure unsafe(String name, String why) {
        String shown = name.length() <= 100 ? name : name.substring(0, 100) + "…";
        return new RuntimeFailure(
                FailureReason.UNSAFE_ARCHIVE,
                "The artifact has a file named '%s': %s. Push it again with 'edgeai push'.".formatted(shown, why));
    }
}
