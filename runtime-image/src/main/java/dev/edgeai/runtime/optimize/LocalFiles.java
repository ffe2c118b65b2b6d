package dev.edgeai.runtime.optimize;

import dev.edgeai.runtime.pod.UsageException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Files of this machine on their way into a run's folder. */
public final class LocalFiles {
    private LocalFiles() {}

    /**
     * Copies a folder, or one file, into a folder.
     *
     * @throws UsageException there is none
     */
    public static void copy(Path from, Path into) throws IOException {
        if (!Files.exists(from)) {
            throw new UsageException("There is no file or folder " + from + ".");
        }
        for (Path file : files(from)) {
            Files.copy(file, target(from, file, into));
        }
    }

    /** The same files in another folder; their bytes lie on the disk once where the file system can. */
    static void link(Path from, Path into) throws IOException {
        for (Path file : files(from)) {
            Path target = target(from, file, into);
            try {
                Files.createLink(target, file);
            } catch (UnsupportedOperationException | IOException _) {
                Files.copy(file, target);
            }
        }
    }

    /** Sum of the files' sizes. */
    public static long bytes(Path folder) throws IOException {
        long sum = 0;
        for (Path file : files(folder)) {
            sum += Files.size(file);
        }
        return sum;
    }

    /**
     * Makes a folder.
     *
     * @throws UsageException it holds something, which could pass for this run's
     */
    public static Path fresh(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> there = Files.list(folder)) {
            if (there.findAny().isPresent()) {
                throw new UsageException(folder + " is not empty; remove it or give another with --into.");
            }
        }
        return folder.toRealPath();
    }

    /** Removes a folder with all that is in it. */
    public static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path one : all) {
            Files.delete(one);
        }
    }

    private static List<Path> files(Path from) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }

    private static Path target(Path from, Path file, Path into) throws IOException {
        Path name = file.equals(from) ? file.getFileName() : from.relativize(file);
        Path target = into.resolve(name.toString());
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        return target;
    }
}
