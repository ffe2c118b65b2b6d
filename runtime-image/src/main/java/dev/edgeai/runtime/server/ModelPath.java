package dev.edgeai.runtime.server;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;

/** The model and version that a request's path names. */
final class ModelPath {
    static final String NAME = "name";
    static final String VERSION = "version";

    private ModelPath() {}

    /**
     * Passes when the path names this model and, if any, this version.
     *
     * @throws RefusedException 404, and what is served instead
     */
    static void require(ServerRequest request, ServedModel model) {
        var parameters = request.path().pathParameters();
        String name = parameters.get(NAME);
        if (!name.equals(model.name())) {
            throw notFound("no model '" + name + "' here; this server has '" + model.name() + "'");
        }
        String version = parameters.first(VERSION).orElse(model.revision());
        if (!version.equals(model.revision())) {
            throw notFound("model '" + name + "' has no version '" + version + "' here; this server has '"
                    + model.revision() + "'");
        }
    }

    private static RefusedException notFound(String message) {
        return new RefusedException(Status.NOT_FOUND_404.code(), message);
    }
}
