package dev.edgeai.runtime.assess;

import java.util.Locale;
import java.util.Set;

/** Names of element types. */
final class ElementTypes {
    /** Types of indices, shapes and flags. */
    private static final Set<String> NO_WEIGHTS =
            Set.of("int64", "int32", "int16", "uint64", "uint32", "uint16", "bool", "string");

    private ElementTypes() {}

    /** Whether constants of this type are weights; else they are indices, shapes or flags. */
    static boolean isWeight(String type) {
        return !NO_WEIGHTS.contains(type);
    }

    /** An element type of OpenVINO IR ({@code f32} of data, {@code FP32} of ports) by its usual name ({@code float32}). */
    static String ofIr(String irType) {
        String type = irType.toLowerCase(Locale.ROOT).replace("fp", "f");
        return switch (type) {
            case "boolean", "bool" -> "bool";
            case "bf16" -> "bfloat16";
            case "nf4", "string" -> type;
            default ->
                type.startsWith("f")
                        ? "float" + type.substring(1)
                        : type.startsWith("i")
                                ? "int" + type.substring(1)
                                : type.startsWith("u") ? "uint" + type.substring(1) : type;
        };
    }
}
