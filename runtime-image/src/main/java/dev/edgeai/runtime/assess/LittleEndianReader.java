package dev.edgeai.runtime.assess;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads numbers and strings of an untrusted file in order; nothing is read or kept that the file does not hold. */
final class LittleEndianReader implements Closeable {
    private final InputStream in;
    private final long size;
    private long position;

    LittleEndianReader(Path file) throws IOException {
        size = Files.size(file);
        in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    }

    /** Bytes of the whole file. */
    long size() {
        return size;
    }

    /** Bytes read so far. */
    long position() {
        return position;
    }

    int int32() throws IOException, UnreadableModelException {
        return bytes(Integer.BYTES).getInt();
    }

    /** An unsigned number of 64 bits; more than a long holds counts as corrupt. */
    long uint64() throws IOException, UnreadableModelException {
        long value = bytes(Long.BYTES).getLong();
        if (value < 0) {
            throw corrupt("a number of 64 bits is out of range");
        }
        return value;
    }

    /**
     * The number of things that follow.
     *
     * @param leastBytes what one of them takes at the least
     */
    long count(String of, long leastBytes) throws IOException, UnreadableModelException {
        long count = uint64();
        if (count > (size - position) / leastBytes) {
            throw corrupt("it claims %,d %s, more than its %,d bytes hold".formatted(count, of, size));
        }
        return count;
    }

    /** A string with its length before it. */
    String string(int maxBytes) throws IOException, UnreadableModelException {
        long length = count("characters of a string", 1);
        if (length > maxBytes) {
            throw corrupt("a name of %,d bytes is longer than %,d".formatted(length, maxBytes));
        }
        return StandardCharsets.UTF_8.decode(bytes((int) length)).toString();
    }

    void skip(long bytes) throws IOException, UnreadableModelException {
        if (bytes > size - position) {
            throw corrupt("it is cut off");
        }
        in.skipNBytes(bytes);
        position += bytes;
    }

    private ByteBuffer bytes(int length) throws IOException, UnreadableModelException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw corrupt("it is cut off");
        }
        position += length;
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    UnreadableModelException corrupt(String what) {
        return new UnreadableModelException("the header is corrupt near byte %,d: %s".formatted(position, what));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
