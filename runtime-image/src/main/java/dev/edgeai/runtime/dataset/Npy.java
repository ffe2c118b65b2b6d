package dev.edgeai.runtime.dataset;

import dev.edgeai.runtime.engine.Tensor;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A {@code .npy} file: one array. */
public final class Npy {
    private Npy() {}

    /**
     * Reads a file as a tensor.
     *
     * @throws InvalidDatasetException it is no plain array, or its data are not as long as its shape says
     */
    public static Tensor read(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            NpyHeader header = NpyHeader.read(in);
            long elements = header.shape().stream().reduce(1L, Math::multiplyExact);
            long bytes = Math.multiplyExact(elements, header.type().bytes());
            if (Files.size(file) != header.length() + bytes || bytes > Integer.MAX_VALUE) {
                throw new InvalidDatasetException("has " + Files.size(file) + " bytes, where its shape "
                        + header.shape() + " needs " + (header.length() + bytes) + " (at most 2 GiB)");
            }
            Tensor tensor = Tensor.allocate(
                    header.type(),
                    header.shape().stream().mapToLong(Long::longValue).toArray());
            tensor.data().put(0, in.readNBytes((int) bytes));
            return tensor;
        } catch (InvalidDatasetException | ArithmeticException e) {
            throw new InvalidDatasetException("The array " + file + " " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new InvalidDatasetException("The array " + file + " cannot be read: " + e, e);
        }
    }
}
