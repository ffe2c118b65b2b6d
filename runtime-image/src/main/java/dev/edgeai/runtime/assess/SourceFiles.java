package dev.edgeai.runtime.assess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What may lie in a source's folder. */
public final class SourceFiles {
    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib");

    private SourceFiles() {}

    /**
     * Refuses files that are, or may be, Python pickles: to read one is to run the program in it. The {@code .bin} of an
     * OpenVINO IR holds plain numbers and lies beside its {@code .xml}.
     *
     * @throws UnreadableModelException there is one; with its name and the way out
     */
    public static void requireNoPickles(Path folder) throws UnreadableModelException, IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Optional<Path> pickle = files.filter(Files::isRegularFile)
                    .filter(SourceFiles::mayBePickle)
                    .findFirst();
            if (pickle.isPresent()) {
                throw new UnreadableModelException(folder.relativize(pickle.get())
                        + " may be a Python pickle, which can run code when it is read; save the weights as"
                        + " .safetensors or export the model to ONNX, and leave this file out");
            }
        }
    }

    private static boolean mayBePickle(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (PICKLES.stream().noneMatch(name::endsWith)) {
            return false;
        }
        String xml = file.getFileName().toString().replaceAll("(?i)\\.bin$", ".xml");
        return !name.endsWith(".bin") || !Files.isRegularFile(file.resolveSibling(xml));
    }
}
