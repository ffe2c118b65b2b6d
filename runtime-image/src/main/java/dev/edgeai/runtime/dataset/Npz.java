package dev.edgeai.runtime.dataset;

import dev.edgeai.runtime.engine.DataType;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A {@code .npz} file: a zip of {@code .npy} arrays. Only headers are read at first; rows are read when asked for, so a
 * large file costs no more memory than what is used of it.
 */
final class Npz {
    private static final int MAX_ARRAYS = 1_000;
    private static final int CHUNK = 1 << 20;

    private final Path file;
    private final Map<String, NpyHeader> headers;

    private Npz(Path file, Map<String, NpyHeader> headers) {
        this.file = file;
        this.headers = Collections.unmodifiableMap(headers);
    }

    /**
     * Reads the headers of all arrays.
     *
     * @param maxBytes most bytes of all arrays together, unpacked
     * @throws InvalidDatasetException no .npz, an array that is not plain, or more than {@code maxBytes}
     */
    static Npz open(Path file, long maxBytes) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidDatasetException("There is no dataset file " + file + ".");
        }
        Map<String, NpyHeader> headers = new LinkedHashMap<>();
        long total = 0;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            if (zip.size() > MAX_ARRAYS) {
                throw new InvalidDatasetException(
                        "The dataset holds " + zip.size() + " arrays; at most " + MAX_ARRAYS + ".");
            }
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String name = name(entry);
                NpyHeader header = header(zip, entry, name);
                if (headers.put(name, header) != null) {
                    throw new InvalidDatasetException("The dataset holds the array '" + name + "' twice.");
                }
                total = Math.addExact(total, bytes(header, name));
                if (total > maxBytes) {
                    throw new InvalidDatasetException("The dataset unpacks to more than " + maxBytes + " bytes.");
                }
            }
        } catch (ZipException e) {
            throw new InvalidDatasetException(
                    "The dataset " + file.getFileName() + " is no .npz file: " + e.getMessage()
                            + ". Write it with numpy.savez.",
                    e);
        } catch (IOException e) {
            throw new InvalidDatasetException("The dataset cannot be read: " + e.getMessage(), e);
        }
        return new Npz(file, headers);
    }

    private static String name(ZipEntry entry) {
        if (entry.isDirectory() || !entry.getName().endsWith(".npy")) {
            throw new InvalidDatasetException(
                    "The dataset holds '" + entry.getName() + "', which is no .npy array; write it with numpy.savez.");
        }
        return entry.getName().substring(0, entry.getName().length() - ".npy".length());
    }

    private static NpyHeader header(ZipFile zip, ZipEntry entry, String name) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            NpyHeader header = NpyHeader.read(in);
            long wanted = Math.addExact(header.length(), bytes(header, name));
            if (entry.getSize() != wanted) {
                throw new InvalidDatasetException(
                        "has " + entry.getSize() + " bytes where its shape " + header.shape() + " needs " + wanted);
            }
            return header;
        } catch (EOFException e) {
            throw new InvalidDatasetException("The array '" + name + "' of the dataset " + e.getMessage() + ".", e);
        } catch (InvalidDatasetException e) {
            throw new InvalidDatasetException("The array '" + name + "' of the dataset " + e.getMessage() + ".", e);
        }
    }

    private static long bytes(NpyHeader header, String name) {
        try {
            return Math.multiplyExact(
                    header.shape().stream().reduce(1L, Math::multiplyExact),
                    header.type().bytes());
        } catch (ArithmeticException e) {
            throw new InvalidDatasetException("The array '" + name + "' has too many elements.", e);
        }
    }

    /** Names of the arrays with their headers, in the order of the file. */
    Map<String, NpyHeader> headers() {
        return headers;
    }

    /**
     * Rows of an array.
     *
     * @param name one of {@link #headers()}
     * @param wanted indices of rows, in the order that is wanted, each once
     * @param check is shown every row, wanted or not; absent: what comes after the last wanted one is not read
     */
    Rows rows(String name, int[] wanted, Optional<ValueCheck> check) {
        NpyHeader header = headers.get(name);
        if (header == null || header.shape().isEmpty()) {
            throw new InvalidDatasetException("The dataset has no array '" + name + "' of samples.");
        }
        List<Long> inner = header.shape().subList(1, header.shape().size());
        long rowBytes = Math.multiplyExact(
                inner.stream().reduce(1L, Math::multiplyExact), header.type().bytes());
        if (rowBytes > Integer.MAX_VALUE) {
            throw new InvalidDatasetException(
                    "One sample of '" + name + "' has " + rowBytes + " bytes; at most 2 GiB.");
        }
        int last = check.isPresent()
                ? Math.toIntExact(header.shape().getFirst()) - 1
                : Arrays.stream(wanted).max().orElse(-1);
        MemorySegment data = Arena.ofAuto().allocate(Math.max(1, rowBytes * wanted.length), 64);
        try (ZipFile zip = new ZipFile(file.toFile());
                InputStream in = new BufferedInputStream(zip.getInputStream(entry(zip, name)), CHUNK)) {
            in.skipNBytes(header.length());
            fill(in, data, rowBytes, places(wanted, last), check);
        } catch (IOException e) {
            throw new InvalidDatasetException("The array '" + name + "' cannot be read: " + e.getMessage(), e);
        }
        return new Rows(header.type(), inner, wanted.length, (int) rowBytes, data);
    }

    /** Where each row of the file up to the last comes to lie, or nowhere: -1. */
    private static int[] places(int[] wanted, int last) {
        int[] places = new int[last + 1];
        Arrays.fill(places, -1);
        for (int i = 0; i < wanted.length; i++) {
            places[wanted[i]] = i;
        }
        return places;
    }

    private static ZipEntry entry(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name + ".npy");
        if (entry == null) {
            throw new IOException("the file changed while it was read");
        }
        return entry;
    }

    private static void fill(
            InputStream in, MemorySegment data, long rowBytes, int[] places, Optional<ValueCheck> check)
            throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, rowBytes))];
        for (int row = 0; row < places.length; row++) {
            for (long at = 0; at < rowBytes; at += chunk.length) {
                int length = (int) Math.min(chunk.length, rowBytes - at);
                if (in.readNBytes(chunk, 0, length) < length) {
                    throw new EOFException("it ends early");
                }
                if (check.isPresent()) {
                    check.get().look(row, chunk, length);
                }
                if (places[row] >= 0) {
                    MemorySegment.copy(chunk, 0, data, ValueLayout.JAVA_BYTE, places[row] * rowBytes + at, length);
                }
            }
        }
    }

    /**
     * Rows of an array, in native memory that lives as long as this is reachable.
     *
     * @param type element type
     * @param rowShape shape of one row
     * @param count rows
     * @param rowBytes bytes of one row
     * @param data all rows
     */
    record Rows(DataType type, List<Long> rowShape, int count, int rowBytes, MemorySegment data) {
        Rows {
            rowShape = List.copyOf(rowShape);
        }
    }
}
