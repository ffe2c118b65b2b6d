package dev.edgeai.runtime.assess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A source of one GGUF file, and perhaps a projector ({@code mmproj…}) that makes it read images. */
final class GgufFolder {
    private GgufFolder() {}

    static WeightFacts read(Path folder) throws IOException, UnreadableModelException {
        List<Path> all;
        try (Stream<Path> files = Files.list(folder)) {
            all = files.filter(file -> file.toString().endsWith(".gguf"))
                    .sorted()
                    .toList();
        }
        List<Path> models = all.stream()
                .filter(file -> !file.getFileName().toString().startsWith("mmproj"))
                .toList();
        if (models.size() != 1) {
            throw new UnreadableModelException("a source must hold one .gguf model, but it holds "
                    + models.stream().map(Path::getFileName).toList()
                    + "; merge the parts of a split one with llama-gguf-split --merge");
        }
        WeightFacts facts = GgufFile.read(models.getFirst());
        return all.size() == 1
                ? facts
                : new WeightFacts(
                        facts.format(),
                        facts.architecture(),
                        facts.name(),
                        facts.weights(),
                        facts.quantization(),
                        facts.experts(),
                        true);
    }
}
