package dev.edgeai.runtime.assess;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the header of a safetensors file as a stream; weights are never read. Shapes, types and offsets must agree with
 * each other and with the file's size.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">Format</a>
 */
final class SafetensorsFile {
    private static final long MAX_HEADER_BYTES = 100_000_000;
    private static final JsonFactory JSON = new JsonFactory();

    /** Bits of an element. */
    private static final Map<String, Integer> BITS = Map.ofEntries(
            Map.entry("BOOL", 8),
            Map.entry("F4", 4),
            Map.entry("F8_E5M2", 8),
            Map.entry("F8_E4M3", 8),
            Map.entry("F8_E8M0", 8),
            Map.entry("U8", 8),
            Map.entry("I8", 8),
            Map.entry("U16", 16),
            Map.entry("I16", 16),
            Map.entry("F16", 16),
            Map.entry("BF16", 16),
            Map.entry("U32", 32),
            Map.entry("I32", 32),
            Map.entry("F32", 32),
            Map.entry("U64", 64),
            Map.entry("I64", 64),
            Map.entry("F64", 64),
            Map.entry("C64", 64));

    private final TensorNames names;
    private final Map<String, Long> elements = new HashMap<>();
    private final long dataBytes;
    private long used;

    private SafetensorsFile(TensorNames names, long dataBytes) {
        this.names = names;
        this.dataBytes = dataBytes;
    }

    /**
     * Reads one file.
     *
     * @param names told each tensor's name
     * @return type as in the file ({@code BF16}) to the number of elements
     */
    static Map<String, Long> read(Path file, TensorNames names) throws IOException, UnreadableModelException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] first = in.readNBytes(Long.BYTES);
            long size = Files.size(file);
            long header = first.length < Long.BYTES
                    ? -1
                    : ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (header < 2 || header > MAX_HEADER_BYTES || header > size - Long.BYTES) {
                throw new UnreadableModelException("its header claims " + Long.toUnsignedString(header)
                        + " bytes, the file has " + size + "; it is cut off or no safetensors");
            }
            SafetensorsFile reading = new SafetensorsFile(names, size - Long.BYTES - header);
            try (JsonParser json = JSON.createParser(new Limited(in, header))) {
                reading.tensors(json);
            }
            return reading.elements;
        } catch (UnreadableModelException e) {
            throw new UnreadableModelException(file.getFileName() + " cannot be read: " + e.getMessage(), e);
        } catch (JsonProcessingException | ArithmeticException e) {
            throw new UnreadableModelException(
                    file.getFileName() + " cannot be read: its header is corrupt (" + firstLine(e) + ")", e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private void tensors(JsonParser json) throws IOException, UnreadableModelException {
        require(json.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            require(json.nextToken() == JsonToken.START_OBJECT, "'" + name + "' is no object");
            if (name.equals("__metadata__")) {
                json.skipChildren();
            } else {
                tensor(name, json);
            }
        }
        require(json.currentToken() == JsonToken.END_OBJECT, "it is cut off");
        if (used != dataBytes) {
            throw new UnreadableModelException(
                    "its tensors take %,d bytes, but %,d follow the header; it is cut off".formatted(used, dataBytes));
        }
    }

    private void tensor(String name, JsonParser json) throws IOException, UnreadableModelException {
        String type = "";
        long count = 1;
        long[] offsets = {-1, -1};
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> type = String.valueOf(json.getText());
                case "shape" -> count = product(name, json);
                case "data_offsets" -> offsets = offsets(name, json);
                default -> json.skipChildren();
            }
        }
        int bits = BITS.getOrDefault(type, 0);
        require(bits > 0, "the type of '" + name + "' is not known");
        long length = Math.ceilDiv(Math.multiplyExact(count, (long) bits), 8);
        boolean fits = offsets[0] >= 0 && offsets[1] <= dataBytes && offsets[1] - offsets[0] == length;
        require(fits, "the offsets of '" + name + "' do not fit its shape or lead out of the file");
        used = Math.addExact(used, length);
        elements.merge(type, count, Math::addExact);
        names.add(name);
    }

    private static long product(String name, JsonParser json) throws IOException, UnreadableModelException {
        require(json.currentToken() == JsonToken.START_ARRAY, "the shape of '" + name + "' is no array");
        long product = 1;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            product = Math.multiplyExact(product, number(name, json));
        }
        return product;
    }

    private static long[] offsets(String name, JsonParser json) throws IOException, UnreadableModelException {
        require(json.currentToken() == JsonToken.START_ARRAY, "the offsets of '" + name + "' are no array");
        json.nextToken();
        long begin = number(name, json);
        json.nextToken();
        long end = number(name, json);
        require(json.nextToken() == JsonToken.END_ARRAY, "the offsets of '" + name + "' are not two");
        return new long[] {begin, end};
    }

    private static long number(String name, JsonParser json) throws IOException, UnreadableModelException {
        require(
                json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getLongValue() >= 0,
                "'" + name + "' has a size that is no whole number");
        return json.getLongValue();
    }

    private static void require(boolean holds, String otherwise) throws UnreadableModelException {
        if (!holds) {
            throw new UnreadableModelException("its header is corrupt: "
                    + (otherwise.length() <= 200 ? otherwise : otherwise.substring(0, 199) + "…"));
        }
    }

    /** The header's bytes and no more. */
    private static final class Limited extends InputStream {
        private final InputStream in;
        private long left;

        Limited(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            left--;
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }
    }
}
