package dev.edgeai.runtime.optimize;

import dev.edgeai.runtime.pod.UsageException;

import java.io.IOException;
import java.nio.file.FileSystemException;
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
     * @throws UsageException there is none, or the folder is empty
     */
    public static void copy(Path from, Path into) throws IOException {
        if (!Files.exists(from)) {
            throw new UsageException("There is no file or folder " + from + ".");
        }
        List<Path> files = files(from);
        if (files.isEmpty()) {
            throw new UsageException(from + " holds no files.");
        }
        for (Path file : files) {
            Files.copy(file, target(from, file, into));
        }
    }

    /**
     * The same files in a folder of a trial's own. Their bytes lie on the disk once where the file system can, but for
     * what lies beside an ONNX model: Python's onnx reads no weights from a file of several names, as such a link can
     * reach out of the model's folder.
     */
    static void lend(Path from, Path into) throws IOException {
        List<Path> files = files(from);
        boolean onnx = files.stream().anyMatch(LocalFiles::isOnnx);
        for (Path file : files) {
            Path target = target(from, file, into);
            if (onnx && !isOnnx(file)) {
                Files.copy(file, target);
            } else {
                link(file, target);
            }
        }
    }

    private static boolean isOnnx(Path file) {
        return file.toString().endsWith(".onnx");
    }

    private static void link(Path file, Path target) throws IOException {
        try {
            Files.createLink(target, file);
        } catch (UnsupportedOperationException | FileSystemException _) { // no such links here, or too many of them
            Files.copy(file, target);
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
        clear(folder);
        Files.delete(folder);
    }

    /** Removes all that is in a folder. */
    public static void clear(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.filter(path -> !path.equals(folder))
                    .sorted(Comparator.reverseOrder())
                    .toList();
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
