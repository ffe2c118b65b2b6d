package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.Engine;
import dev.edgeai.runtime.engine.LanguageEngine;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.pod.Concurrency;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A model on disk and how to run it.
 *
 * @param label {@code baseline} or {@code variant}, for progress lines
 * @param folder its files
 * @param descriptor how to run it
 * @param threads threads per inference
 */
record Model(String label, Path folder, VariantDescriptor descriptor, int threads) {
    /** Whether only other hardware runs it. */
    boolean foreign() {
        return descriptor.engine().equals("MLX");
    }

    boolean language() {
        return !foreign() && Engines.find(descriptor.engine()) instanceof LanguageEngine;
    }

    /** Inferences that its server runs at once, where it has as many processors as this process. */
    int concurrency() {
        return Concurrency.ofThreads(threads);
    }

    LanguageModel loadLanguage() {
        return Engines.loadLanguage(folder, descriptor, threads);
    }

    LoadedModel load() {
        return Engines.load(folder, descriptor, threads);
    }

    /** For example {@code OpenVINO 2026.4.1}. */
    String engine() {
        if (foreign()) {
            return descriptor.engine() + " " + descriptor.versions().getOrDefault("mlx", "");
        }
        Engine engine = Engines.find(descriptor.engine());
        return engine.name() + " " + engine.version();
    }

    /** Size of its files without the descriptor, bytes. */
    long bytes() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().equals(VariantDescriptor.FILE))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
