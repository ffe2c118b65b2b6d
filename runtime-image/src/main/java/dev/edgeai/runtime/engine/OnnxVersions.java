package dev.edgeai.runtime.engine;

/** The newest ONNX that ONNX Runtime 1.29 reads. A test compares it with the library. */
public final class OnnxVersions {
    /** Version of the file format ({@code ir_version}). */
    public static final long NEWEST_FORMAT = 13;

    /** Version of the operators of ONNX itself (domain {@code ai.onnx}). */
    public static final long NEWEST_OPERATORS = 26;

    private OnnxVersions() {}
}
