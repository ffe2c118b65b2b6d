package dev.edgeai.runtime.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/**
 * A dataset's file within a {@code dataset/} folder: {@code dataset.npz} with arrays or {@code dataset.jsonl} with text.
 *
 * @param path where it lies
 * @param text whether it holds JSON Lines
 */
public record DatasetFile(Path path, boolean text) {
    /** Endings of dataset files, to tell them from others beside them. */
    public static final List<String> ENDINGS = List.of(".npz", ".jsonl");

    private static final String ARRAYS = "dataset.npz";
    private static final String TEXT = "dataset.jsonl";
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** The dataset of a folder; where there is none, the place an {@code .npz} would have. */
    public static DatasetFile in(Path folder) {
        Path text = folder.resolve(TEXT);
        return Files.isRegularFile(text) ? new DatasetFile(text, true) : new DatasetFile(folder.resolve(ARRAYS), false);
    }

    /** A file of any name, told by its content; one that is not there would be an {@code .npz}. */
    public static DatasetFile of(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return new DatasetFile(file, false);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new DatasetFile(file, !Arrays.equals(in.readNBytes(ZIP.length), ZIP));
        }
    }

    /**
     * Gives a file that was just brought into its folder the name its content asks for; text is checked line by
     * line, arrays by their headers.
     *
     * @throws InvalidDatasetException a line or an array is malformed
     */
    public static DatasetFile settle(Path file) throws IOException {
        boolean text = of(file).text();
        if (text) {
            JsonLines.check(file);
        } else {
            Npz.open(file, Long.MAX_VALUE);
        }
        Files.deleteIfExists(file.resolveSibling(text ? ARRAYS : TEXT));
        Path place = file.resolveSibling(text ? TEXT : ARRAYS);
        return new DatasetFile(Files.move(file, place, StandardCopyOption.REPLACE_EXISTING), text);
    }
}
