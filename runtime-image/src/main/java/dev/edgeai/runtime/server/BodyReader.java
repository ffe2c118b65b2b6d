package dev.edgeai.runtime.server;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads request bodies up to a limit.
 *
 * @param maxBytes largest body
 */
public record BodyReader(int maxBytes) {
    /**
     * Bytes a request's body may take.
     *
     * @throws RefusedException 413
     */
    long size(ServerRequest request) {
        long bytes = request.headers().contentLength().orElse(maxBytes);
        if (bytes > maxBytes) {
            throw tooLarge();
        }
        return bytes;
    }

    /**
     * The whole body.
     *
     * @throws RefusedException it is empty, too large or cut off
     */
    byte[] read(ServerRequest request) throws IOException {
        if (!request.content().hasEntity()) {
            throw RefusedException.badRequest("the body is empty; send a JSON object");
        }
        try (InputStream in = request.content().inputStream()) {
            long length = request.headers().contentLength().orElse(-1);
            if (length < 0) {
                byte[] body = in.readNBytes(maxBytes + 1);
                if (body.length > maxBytes) {
                    throw tooLarge();
                }
                return body;
            }
            byte[] body = new byte[(int) length];
            int read = in.readNBytes(body, 0, body.length);
            if (read < body.length) {
                throw RefusedException.badRequest("the body ended after " + read + " of " + length + " bytes");
            }
            return body;
        }
    }

    private RefusedException tooLarge() {
        return new RefusedException(
                Status.REQUEST_ENTITY_TOO_LARGE_413.code(),
                "the body is larger than this server's limit of " + maxBytes
                        + " bytes; send fewer samples at once, use the binary tensor extension, or raise"
                        + " --max-request-bytes");
    }
}
