package dev.edgeai.runtime.assess;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Element types of GGUF tensors. Blocks of {@code elements} values take {@code bytes} bytes.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 */
enum GgmlType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    IQ2_XXS(16, 256, 66),
    IQ2_XS(17, 256, 74),
    IQ3_XXS(18, 256, 98),
    IQ1_S(19, 256, 50),
    IQ4_NL(20, 32, 18),
    IQ3_S(21, 256, 110),
    IQ2_S(22, 256, 82),
    IQ4_XS(23, 256, 136),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, 256, 56),
    BF16(30, 1, 2),
    TQ1_0(34, 256, 54),
    TQ2_0(35, 256, 66),
    MXFP4(39, 32, 17),
    NVFP4(40, 64, 36);

    private static final Map<Integer, GgmlType> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toMap(type -> type.code, Function.identity()));

    private final int code;
    private final int elements;
    private final int bytes;

    GgmlType(int code, int elements, int bytes) {
        this.code = code;
        this.elements = elements;
        this.bytes = bytes;
    }

    static Optional<GgmlType> of(int code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }

    boolean isInteger() {
        return name().startsWith("I") && !name().startsWith("IQ");
    }

    /** The element type in the words of {@link ElementTypes}; quantized types keep GGUF's own. */
    String elementType() {
        return switch (this) {
            case F16, F32, F64 -> "float" + name().substring(1);
            case BF16 -> "bfloat16";
            case I8, I16, I32, I64 -> "int" + name().substring(1);
            default -> name();
        };
    }

    /** Whether values share a scale in blocks. */
    boolean isQuantized() {
        return elements > 1;
    }

    /**
     * Bytes of that many values.
     *
     * @throws ArithmeticException more than fits a long
     * @throws IllegalArgumentException no whole number of blocks
     */
    long bytes(long values) {
        if (values % elements != 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%d values are no whole blocks of %d", values, elements));
        }
        return Math.multiplyExact(values / elements, (long) bytes);
    }
}
