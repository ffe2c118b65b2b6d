package dev.edgeai.runtime.server.tensor;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.server.AdmittedHandler;
import dev.edgeai.runtime.server.BodyReader;
import dev.edgeai.runtime.server.ModelServer;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerOptions;

import java.util.Optional;

/** A server that infers over tensors. */
public final class TensorServer {
    private TensorServer() {}

    /**
     * Starts to serve; ready at once.
     *
     * @param model stays the caller's to close, after the server
     */
    public static ModelServer start(ServedModel served, LoadedModel model, ServerOptions options) {
        Optional<Confidence> confidence = Confidence.of(served, model);
        BodyReader bodies = new BodyReader(options.maxRequestBytes());
        return ModelServer.start(
                served,
                model.inputs(),
                model.outputs(),
                confidence.isPresent(),
                options,
                (admission, metrics) -> routing -> {
                    var handler = new AdmittedHandler(
                            served,
                            admission,
                            metrics,
                            bodies,
                            new InferenceHandler(served, model, confidence, metrics));
                    routing.post("/v2/models/{name}/infer", handler)
                            .post("/v2/models/{name}/versions/{version}/infer", handler);
                });
    }
}
