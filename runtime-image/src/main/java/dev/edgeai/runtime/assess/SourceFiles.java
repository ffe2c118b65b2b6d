package dev.edgeai.runtime.assess;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What may lie in a source's folder. */
public final class SourceFiles {
    private static final List<String> PICKLES = List.of(".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib");

    /** As llama.cpp names them; it reads parts of no other name. */
    private static final Pattern PART = Pattern.compile("-\\d{5}-of-\\d{5}\\.gguf$");

    private SourceFiles() {}

    /** What a source is. */
    enum Kind {
        /** One ONNX file or one OpenVINO IR. */
        GRAPH,
        GGUF,
        /** {@code config.json} and safetensors. */
        CHECKPOINT
    }

    /** What a folder holds; a graph where several kinds lie there or none, as its reader says what is wrong. */
    static Kind kind(Path folder) throws IOException {
        Set<String> endings = new HashSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .forEach(name -> endings.add(name.substring(name.lastIndexOf('.') + 1)));
        }
        if (endings.contains("onnx") || endings.contains("xml")) {
            return Kind.GRAPH;
        }
        return endings.contains("gguf") ? Kind.GGUF : endings.contains("safetensors") ? Kind.CHECKPOINT : Kind.GRAPH;
    }

    /**
     * Refuses files that are, or may be, Python pickles: to read one is to run the program in it. A {@code .bin} may hold
     * the plain weights of an OpenVINO IR, beside its {@code .xml}, or of ONNX files, if it does not begin as a pickle.
     *
     * @throws UnreadableModelException there is one; with its name and the way out
     */
    public static void requireNoPickles(Path folder) throws UnreadableModelException, IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.filter(Files::isRegularFile).toList();
        }
        for (Path file : all) {
            if (mayBePickle(file, all)) {
                throw new UnreadableModelException((file.equals(folder) ? file.getFileName() : folder.relativize(file))
                        + " may be a Python pickle, which can run code when it is read; save the weights as"
                        + " .safetensors or export the model to ONNX, and leave this file out");
            }
        }
    }

    /**
     * Refuses a part of a model, as no engine here reads parts.
     *
     * @param source a folder or a file
     * @throws UnreadableModelException it is a split GGUF; with the way out
     */
    public static void requireWhole(Path source) throws UnreadableModelException, IOException {
        try (Stream<Path> files = Files.walk(source)) {
            Optional<String> part = files.map(file -> file.getFileName().toString())
                    .filter(PART.asPredicate())
                    .sorted()
                    .findFirst();
            if (part.isPresent()) {
                throw new UnreadableModelException(
                        part.get() + " is a part of a split model; merge the parts with llama-gguf-split --merge");
            }
        }
    }

    private static boolean mayBePickle(Path file, List<Path> all) throws IOException {
        String name = name(file);
        if (name.endsWith(".bin")) {
            boolean plain = all.contains(
                            file.resolveSibling(file.getFileName().toString().replaceAll("(?i)bin$", "xml")))
                    || all.stream().anyMatch(other -> name(other).endsWith(".onnx"));
            return !plain || beginsAsPickle(file);
        }
        return PICKLES.stream().anyMatch(name::endsWith);
    }

    /** A pickle of protocol 2 and later, or the zip that PyTorch puts one into. */
    private static boolean beginsAsPickle(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] first = in.readNBytes(4);
            boolean pickle = first.length > 1 && first[0] == (byte) 0x80 && first[1] >= 2 && first[1] <= 5;
            return pickle || Arrays.equals(first, new byte[] {'P', 'K', 3, 4});
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }
}
