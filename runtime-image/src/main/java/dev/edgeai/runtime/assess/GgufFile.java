package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.ModelFormat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the header of a GGUF file, versions 2 and 3, as a stream; weights are never read. Every count, length and offset
 * is checked against the file's size before it is followed.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 */
final class GgufFile {
    private static final int MAGIC = 0x46554747; // "GGUF", little-endian
    private static final int MAX_NAME_BYTES = 1 << 16;
    private static final int MAX_DIMENSIONS = 4;
    private static final int MAX_NESTING = 4;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final LittleEndianReader in;
    private final TensorNames names = new TensorNames();
    private final Map<String, Long> weights = new HashMap<>();
    private long quantized;
    private long all;
    private String architecture = "unknown";
    private boolean experts;
    private boolean multimodal;
    private long alignment = 32;

    /** End of the data of the tensor that ends last, from the start of all data. */
    private long dataEnd;

    private GgufFile(LittleEndianReader in) {
        this.in = in;
    }

    static WeightFacts read(Path file) throws IOException, UnreadableModelException {
        try (LittleEndianReader in = new LittleEndianReader(file)) {
            return new GgufFile(in).read();
        } catch (UnreadableModelException e) {
            throw new UnreadableModelException(file.getFileName() + " cannot be read: " + e.getMessage(), e);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new UnreadableModelException(
                    file.getFileName() + " cannot be read: a tensor has an impossible size (" + e.getMessage() + ")",
                    e);
        }
    }

    private WeightFacts read() throws IOException, UnreadableModelException {
        if (in.int32() != MAGIC) {
            throw in.corrupt("it does not start with GGUF");
        }
        int version = in.int32();
        if (version != 2 && version != 3) {
            throw in.corrupt("version %d is not known; 2 and 3 are, little-endian".formatted(version));
        }
        long tensors = in.count("tensors", 24);
        long fields = in.count("fields", 13);
        for (long i = 0; i < fields; i++) {
            field(in.string(MAX_NAME_BYTES), in.int32());
        }
        for (long i = 0; i < tensors; i++) {
            tensor();
        }
        long data = Math.ceilDiv(in.position(), alignment) * alignment;
        if (tensors == 0 || Math.addExact(data, dataEnd) > in.size()) {
            throw new UnreadableModelException(
                    tensors == 0
                            ? "it holds no tensors"
                            : "its weights end at byte %,d, the file at %,d; it is cut off"
                                    .formatted(data + dataEnd, in.size()));
        }
        return facts();
    }

    private WeightFacts facts() {
        String most = Weights.most(weights);
        return new WeightFacts(
                ModelFormat.GGUF,
                names.architecture(),
                architecture,
                weights,
                2 * quantized > all ? most : null,
                experts || names.experts(),
                multimodal || names.vision() || architecture.equals("clip"));
    }

    private void field(String key, int type) throws IOException, UnreadableModelException {
        if (key.equals("general.architecture") && type == STRING) {
            architecture = in.string(MAX_NAME_BYTES);
        } else if (key.equals("general.alignment") && width(type) == Integer.BYTES) {
            alignment = in.int32();
            if (alignment < 1 || Long.bitCount(alignment) != 1) {
                throw in.corrupt("the alignment %d is no power of two".formatted(alignment));
            }
        } else if (key.endsWith(".expert_count") && width(type) == Integer.BYTES) {
            experts |= in.int32() > 1;
        } else {
            multimodal |= key.startsWith("clip.") || key.contains(".vision.");
            skip(type, 0);
        }
    }

    private void skip(int type, int depth) throws IOException, UnreadableModelException {
        if (type == STRING) {
            in.skip(in.count("characters of a string", 1));
        } else if (type == ARRAY) {
            int elementType = in.int32();
            int width = width(elementType);
            long length = in.count("elements of an array", Math.max(1, width));
            if (width > 0) {
                in.skip(Math.multiplyExact(length, (long) width));
                return;
            }
            if (depth == MAX_NESTING) {
                throw in.corrupt("arrays are nested too deep");
            }
            for (long i = 0; i < length; i++) {
                skip(elementType, depth + 1);
            }
        } else {
            in.skip(width(type));
        }
    }

    /** Bytes of a value; 0 where it has a length of its own. */
    private int width(int type) throws UnreadableModelException {
        return switch (type) {
            case 0, 1, 7 -> 1;
            case 2, 3 -> 2;
            case 4, 5, 6 -> 4;
            case 10, 11, 12 -> 8;
            case STRING, ARRAY -> 0;
            default -> throw in.corrupt("type %d of a field is not known".formatted(type));
        };
    }

    private void tensor() throws IOException, UnreadableModelException {
        String name = in.string(MAX_NAME_BYTES);
        int dimensions = in.int32();
        if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
            throw in.corrupt("a tensor has %d dimensions, more than %d".formatted(dimensions, MAX_DIMENSIONS));
        }
        long elements = 1;
        for (int i = 0; i < dimensions; i++) {
            elements = Math.multiplyExact(elements, in.uint64());
        }
        int code = in.int32();
        GgmlType type = GgmlType.of(code)
                .orElseThrow(() -> in.corrupt("the element type %d of a tensor is not known".formatted(code)));
        long offset = in.uint64();
        dataEnd = Math.max(dataEnd, Math.addExact(offset, type.bytes(elements)));
        names.add(name);
        if (!type.isInteger()) {
            weights.merge(type.elementType(), elements, Math::addExact);
            all = Math.addExact(all, elements);
            quantized += type.isQuantized() ? elements : 0;
        }
    }
}
