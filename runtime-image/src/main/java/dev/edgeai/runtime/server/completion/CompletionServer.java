package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.server.BodyReader;
import dev.edgeai.runtime.server.ModelServer;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerOptions;

import java.util.List;

/** A server that writes text. */
public final class CompletionServer {
    private CompletionServer() {}

    /**
     * Starts to serve a language model; ready at once.
     *
     * @param model stays the caller's to close, after the server
     */
    public static ModelServer start(ServedModel served, LanguageModel model, ServerOptions options) {
        BodyReader bodies = new BodyReader(options.maxRequestBytes());
        return ModelServer.start(
                served,
                List.of(),
                List.of(),
                false,
                options,
                (admission, metrics) -> new LanguageService(served, model, admission, metrics, bodies));
    }
}
