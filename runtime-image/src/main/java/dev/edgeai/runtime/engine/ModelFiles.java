package dev.edgeai.runtime.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds a model's file inside its folder, and nowhere else. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * The file {@code name} of a folder.
     *
     * @throws EngineException there is no such file, or the name leads out of the folder
     */
    public static Path resolve(Path folder, String name) {
        try {
            Path root = folder.toRealPath();
            Path file = root.resolve(name);
            if (!file.normalize().startsWith(root) || !Files.isRegularFile(file)) {
                throw new EngineException("no model file '" + name + "' in " + folder);
            }
            Path real = file.toRealPath();
            if (!real.startsWith(root)) {
                throw new EngineException("model file '" + name + "' is a link that leads out of " + folder);
            }
            return real;
        } catch (IOException e) {
            throw new EngineException("cannot read model folder " + folder + ": " + e.getMessage(), e);
        }
    }
}
