package dev.edgeai.runtime.dataset;

import dev.edgeai.runtime.engine.DataType;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a {@code .npy} file, versions 1 to 3 (numpy.lib.format). Plain little-endian arrays in C order only: a
 * header that names objects, records, Fortran order or anything not understood is refused, nothing is ever evaluated.
 *
 * @param type element type
 * @param shape dimensions, outermost first
 * @param length bytes of magic, version and header: the data begins here
 */
record NpyHeader(DataType type, List<Long> shape, int length) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_TEXT = 1 << 16;
    private static final int MAX_RANK = 16;

    private static final Map<String, DataType> TYPES = Map.ofEntries(
            Map.entry("|b1", DataType.BOOL),
            Map.entry("|u1", DataType.UINT8),
            Map.entry("<u2", DataType.UINT16),
            Map.entry("<u4", DataType.UINT32),
            Map.entry("<u8", DataType.UINT64),
            Map.entry("|i1", DataType.INT8),
            Map.entry("<i2", DataType.INT16),
            Map.entry("<i4", DataType.INT32),
            Map.entry("<i8", DataType.INT64),
            Map.entry("<f2", DataType.FP16),
            Map.entry("<f4", DataType.FP32),
            Map.entry("<f8", DataType.FP64));

    /** One {@code 'key': value} of the dictionary; a value is a quoted word, a boolean, or a tuple of numbers. */
    private static final Pattern ENTRY =
            Pattern.compile("\\s*'(\\w{1,32})'\\s*:\\s*(?:'([^']{1,64})'|(True|False)|\\(([0-9,\\s]{0,400})\\))\\s*");

    private static final Pattern NUMBERS = Pattern.compile("\\s*|\\s*\\d{1,18}\\s*(,\\s*\\d{1,18}\\s*)*,?\\s*");

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /**
     * Reads a header and leaves the stream at the first byte of data.
     *
     * @throws InvalidDatasetException no header of a plain array
     */
    static NpyHeader read(InputStream in) throws IOException {
        byte[] start = exactly(in, 8);
        for (int i = 0; i < MAGIC.length; i++) {
            if (start[i] != MAGIC[i]) {
                throw new InvalidDatasetException("is no .npy array (wrong first bytes)");
            }
        }
        int version = start[6];
        if (version < 1 || version > 3) {
            throw new InvalidDatasetException("has .npy version " + version + "; versions 1 to 3 are read");
        }
        byte[] size = exactly(in, version == 1 ? 2 : 4);
        long textLength = 0;
        for (int i = size.length - 1; i >= 0; i--) {
            textLength = textLength << 8 | (size[i] & 0xff);
        }
        if (textLength > MAX_TEXT) {
            throw new InvalidDatasetException("has a header of " + textLength + " bytes; at most " + MAX_TEXT);
        }
        String text = new String(exactly(in, (int) textLength), StandardCharsets.UTF_8);
        return parse(text, 8 + size.length + (int) textLength);
    }

    private static NpyHeader parse(String text, int length) {
        Map<String, String> entries = entries(text.strip());
        if (!entries.keySet().equals(java.util.Set.of("descr", "fortran_order", "shape"))) {
            throw new InvalidDatasetException("has a header with " + entries.keySet()
                    + " instead of descr, fortran_order and shape; records are not read");
        }
        String type = entries.getOrDefault("descr", "");
        if (type.contains("O")) {
            throw new InvalidDatasetException(
                    "holds Python objects (pickle), which are never read; save plain numbers");
        }
        if (!TYPES.containsKey(type)) {
            throw new InvalidDatasetException("has element type " + type + "; use one of "
                    + TYPES.keySet().stream().sorted().toList());
        }
        if (!"False".equals(entries.get("fortran_order"))) {
            throw new InvalidDatasetException("is in Fortran order; save numpy.ascontiguousarray of it");
        }
        return new NpyHeader(TYPES.getOrDefault(type, DataType.FP32), shape(entries.getOrDefault("shape", "")), length);
    }

    private static Map<String, String> entries(String text) {
        if (!text.startsWith("{") || !text.endsWith("}")) {
            throw new InvalidDatasetException("has a header that is no dictionary");
        }
        String inside = text.substring(1, text.length() - 1);
        Map<String, String> entries = new HashMap<>();
        Matcher matcher = ENTRY.matcher(inside);
        int at = 0;
        while (at < inside.length() && !inside.substring(at).isBlank()) {
            matcher.region(at, inside.length());
            if (!matcher.lookingAt()) {
                throw new InvalidDatasetException("has a header that is not understood: " + shorten(text));
            }
            String value = matcher.group(2) != null
                    ? matcher.group(2)
                    : matcher.group(3) != null ? matcher.group(3) : matcher.group(4);
            if (entries.put(matcher.group(1), value) != null) {
                throw new InvalidDatasetException("has a header with " + matcher.group(1) + " twice");
            }
            at = matcher.end();
            if (at < inside.length() && inside.charAt(at++) != ',') {
                throw new InvalidDatasetException("has a header that is not understood: " + shorten(text));
            }
        }
        return entries;
    }

    private static List<Long> shape(String numbers) {
        if (!NUMBERS.matcher(numbers).matches()) {
            throw new InvalidDatasetException("has a shape that is not understood: (" + shorten(numbers) + ")");
        }
        List<Long> shape = Pattern.compile(",")
                .splitAsStream(numbers)
                .map(String::strip)
                .filter(number -> !number.isEmpty())
                .map(Long::valueOf)
                .toList();
        if (shape.size() > MAX_RANK) {
            throw new InvalidDatasetException("has " + shape.size() + " dimensions; at most " + MAX_RANK);
        }
        return shape;
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("ends within its header");
        }
        return bytes;
    }

    private static String shorten(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
