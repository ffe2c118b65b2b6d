package dev.edgeai.runtime.engine.llamacpp;

import dev.edgeai.runtime.engine.EngineException;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/** Keeps llama.cpp's error lines, the only place where it says why a call failed; all else it logs is dropped. */
final class LlamaLog {
    /** {@code GGML_LOG_LEVEL_ERROR}; a {@code GGML_LOG_LEVEL_CONT} line goes on with one that was dropped or kept whole. */
    private static final int ERROR = 4;

    private static final int MAX_LENGTH = 500;

    private final StringBuilder errors = new StringBuilder();
    private final MemorySegment callback;

    private LlamaLog() {
        FunctionDescriptor signature = FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS);
        try {
            callback = Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.lookup()
                                    .bind(
                                            this,
                                            "accept",
                                            MethodType.methodType(
                                                    void.class, int.class, MemorySegment.class, MemorySegment.class)),
                            signature,
                            Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no log callback", e);
        }
    }

    static LlamaLog toErrors() {
        return new LlamaLog();
    }

    /** A {@code ggml_log_callback}. */
    MemorySegment callback() {
        return callback;
    }

    /** Called by llama.cpp, on any thread. An exception here would end the process. */
    @SuppressWarnings("unused")
    private synchronized void accept(int level, MemorySegment text, MemorySegment data) {
        if (level != ERROR || text.equals(MemorySegment.NULL)) {
            return;
        }
        MemorySegment unbounded = text.reinterpret(Long.MAX_VALUE);
        byte[] bytes = new byte[MAX_LENGTH];
        int length = 0;
        for (byte b = unbounded.get(JAVA_BYTE, 0);
                b != 0 && length < MAX_LENGTH;
                b = unbounded.get(JAVA_BYTE, length)) {
            bytes[length++] = b;
        }
        String line = new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
        if (errors.length() + line.length() < MAX_LENGTH) {
            errors.append(errors.isEmpty() ? "" : "; ").append(line);
        }
    }

    /** What a call gives, or, when it gives nothing, its error lines. */
    MemorySegment orFail(String what, Supplier<MemorySegment> call) {
        lastErrors();
        MemorySegment made = call.get();
        if (made.equals(MemorySegment.NULL)) {
            throw new EngineException("llama.cpp cannot open " + what + lastErrors());
        }
        return made;
    }

    /** The error lines since the last call, with a colon before; nothing when there is none. */
    synchronized String lastErrors() {
        String text = errors.isEmpty() ? "" : ": " + errors;
        errors.setLength(0);
        return text;
    }
}
