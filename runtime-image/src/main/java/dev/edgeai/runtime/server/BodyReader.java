package dev.edgeai.runtime.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncoding;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * Reads request bodies up to a limit. Memory is reserved as it is needed: what a caller announces, or packs, takes none.
 *
 * @param maxBytes largest body, unpacked
 */
public record BodyReader(int maxBytes) {
    private static final int FIRST_BUFFER = 8 << 10;
    private static final int GROWTH = 4;
    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");
    private static final String PLAIN = "identity";

    /** Lets packed bodies through to this reader, which keeps their limit. */
    static ContentEncodingContext encodings() {
        return ContentEncodingContext.builder()
                .contentEncodingsDiscoverServices(false)
                .addContentEncoding(new AsSent())
                .build();
    }

    /** The encodings that clients use, none of which is touched. */
    private record AsSent() implements ContentEncoding {
        @Override
        public Set<String> ids() {
            return Set.of("gzip", "x-gzip", "deflate", "br", "zstd", "compress");
        }

        @Override
        public boolean supportsEncoding() {
            return false;
        }

        @Override
        public boolean supportsDecoding() {
            return true;
        }

        @Override
        public ContentDecoder decoder() {
            return ContentDecoder.NO_OP;
        }

        @Override
        public ContentEncoder encoder() {
            return ContentEncoder.NO_OP;
        }

        @Override
        public String name() {
            return "as-sent";
        }

        @Override
        public String type() {
            return name();
        }
    }

    /**
     * The whole body.
     *
     * @throws RefusedException it is empty, packed in a way that is not known here, too large, too slow or cut off; or
     *     there is no memory for it
     */
    byte[] read(ServerRequest request, Admission.Place place) {
        if (!request.content().hasEntity()) {
            throw RefusedException.badRequest("the body is empty; send a JSON object");
        }
        boolean packed = isPacked(request.headers());
        long length = request.headers().contentLength().orElse(-1);
        if (length > maxBytes) {
            throw tooLarge();
        }
        try (Unused unused = new Unused(Caller.current(), length < 0, place.body());
                InputStream sent = request.content().inputStream()) {
            if (!packed) {
                return read(sent, length, place, unused);
            }
            try (InputStream unpacked = new GZIPInputStream(sent)) {
                return read(unpacked, -1, place, unused);
            } catch (IOException e) {
                throw RefusedException.badRequest("the body is not packed as gzip: " + e.getMessage());
            }
        } catch (IOException | ServerConnectionException | DataReader.InsufficientDataAvailableException e) {
            throw cutOff();
        }
    }

    /** @param length bytes there should be, -1 where that is not known */
    private byte[] read(InputStream in, long length, Admission.Place place, Unused unused) throws IOException {
        int most = length < 0 ? maxBytes : (int) length;
        byte[] body = new byte[0];
        int read = 0;
        for (int more = 0; more >= 0 && read < most; read += Math.max(0, more)) {
            if (read == body.length) {
                int size = (int) Math.min(most, Math.max(FIRST_BUFFER, (long) GROWTH * read));
                place.body().grow(size - body.length);
                body = Arrays.copyOf(body, size);
            }
            more = in.read(body, read, body.length - read);
            unused.used();
        }
        if (length < 0 && read == most && in.read() >= 0) {
            throw tooLarge();
        }
        if (read < length) {
            throw cutOff();
        }
        return read == body.length ? body : Arrays.copyOf(body, read);
    }

    /** Memory of a chunk, which is kept until all of it is there; a body of known length is used as it comes. */
    private static final class Unused implements AutoCloseable {
        private final Caller caller;
        private final RequestMemory.Share memory;
        private long reserved;

        Unused(Caller caller, boolean chunked, RequestMemory.Share memory) {
            this.caller = caller;
            this.memory = memory;
            caller.reads(bytes -> {
                if (chunked) {
                    memory.grow(bytes);
                    reserved += bytes;
                }
            });
        }

        void used() {
            if (reserved > 0) {
                long kept = Math.min(reserved, caller.unusedMemory());
                memory.shrink(reserved - kept);
                reserved = kept;
            }
        }

        @Override
        public void close() {
            caller.readsNoMore();
            memory.shrink(reserved);
        }
    }

    private static boolean isPacked(ServerRequestHeaders headers) {
        String encoding =
                headers.first(HeaderNames.CONTENT_ENCODING).orElse(PLAIN).toLowerCase(Locale.ROOT);
        if (encoding.equals(PLAIN)) {
            return false;
        }
        if (!GZIP.contains(encoding)) {
            throw new RefusedException(
                    Status.UNSUPPORTED_MEDIA_TYPE_415.code(),
                    "a body packed as '" + encoding + "' is not taken; send it plain or as gzip");
        }
        return true;
    }

    private static RefusedException cutOff() {
        return RefusedException.badRequest("the body ended before all of it had come");
    }

    private RefusedException tooLarge() {
        return RefusedException.tooLarge("the body is larger than this server's limit of " + maxBytes
                + " bytes; send fewer samples at once, use the binary tensor extension, or raise"
                + " --max-request-bytes");
    }
}
