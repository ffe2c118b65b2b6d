package dev.edgeai.runtime.measure;

import java.io.IOException;
import java.nio.file.Path;

/** Where a measured variant is kept. */
@FunctionalInterface
public interface VariantStore {
    /**
     * Stores a variant.
     *
     * @param folder its files
     * @param repository {@code registry/repository} without tag
     * @return digest of its manifest, {@code sha256:…}
     * @throws IOException the files cannot be read
     */
    String push(Path folder, String repository) throws IOException;
}
