package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.server.ModelServer;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.GgufModels;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A real server on a free port, with a small model in llama.cpp. */
record LanguageTestServer(LanguageModel model, ModelServer server) implements AutoCloseable {
    static LanguageTestServer start(Path folder, int layers) throws IOException {
        EngineLibraries.llamaCpp();
        GgufModels.write(folder, GgufModels.llama(1, layers, 0));
        LanguageModel model = Engines.loadLanguage(folder, Engines.forSource(folder), 1);
        ServedModel served =
                new ServedModel("m", "r7", "LlamaCpp", "test", "llamacpp_gguf", Optional.empty(), Optional.empty());
        return new LanguageTestServer(
                model, CompletionServer.start(served, model, new ServerOptions(0, 2, 8, 1 << 20, 8 << 20)));
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    @Override
    public void close() {
        server.close();
        model.close();
    }
}
