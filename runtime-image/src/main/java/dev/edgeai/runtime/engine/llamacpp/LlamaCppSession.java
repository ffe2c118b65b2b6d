package dev.edgeai.runtime.engine.llamacpp;

import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.engine.LanguageSession;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/** A llama.cpp context. Its lock keeps {@link #close} from freeing it under a step in flight. */
final class LlamaCppSession implements LanguageSession {
    // offsets in llama_batch
    static final long TOKENS = 8;
    static final long OUTPUTS = 48;

    private final LlamaCppModel model;
    private final LlamaNative llama;
    private final MemorySegment context;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment tokens = arena.allocate(JAVA_INT, LlamaCppModel.MAX_BATCH);
    private final MemorySegment outputs = arena.allocate(JAVA_BYTE, LlamaCppModel.MAX_BATCH);
    private final MemorySegment batch = arena.allocate(LlamaNative.BATCH);
    private int position;
    private boolean closed;

    LlamaCppSession(LlamaCppModel model, LlamaNative llama, MemorySegment context) {
        this.model = model;
        this.llama = llama;
        this.context = context;
        // Positions and sequences are left out: llama.cpp then counts on in its one sequence.
        batch.set(ADDRESS, TOKENS, tokens);
        batch.set(ADDRESS, OUTPUTS, outputs);
    }

    @Override
    public synchronized int position() {
        return position;
    }

    @Override
    public synchronized float[] prefill(int[] prompt) {
        check(prompt);
        int length = 0;
        for (int from = 0; from < prompt.length; from += length) {
            length = Math.min(prompt.length - from, LlamaCppModel.MAX_BATCH);
            boolean last = from + length == prompt.length;
            decode(prompt, from, length, last ? length - 1 : length);
        }
        return row(length - 1);
    }

    @Override
    public float[] step(int token) {
        return prefill(new int[] {token});
    }

    @Override
    public synchronized float[][] score(int[] text) {
        check(text);
        if (text.length > MAX_SCORED) {
            throw new InvalidInputException(text.length + " tokens; at most " + MAX_SCORED + " are scored at once");
        }
        decode(text, 0, text.length, 0);
        float[][] rows = new float[text.length][];
        Arrays.setAll(rows, this::row);
        return rows;
    }

    /** Reads {@code length} tokens; logits are made from the place {@code firstOutput} on. */
    private void decode(int[] text, int from, int length, int firstOutput) {
        MemorySegment.copy(text, from, tokens, JAVA_INT, 0, length);
        for (int i = 0; i < length; i++) {
            outputs.set(JAVA_BYTE, i, (byte) (i >= firstOutput ? 1 : 0));
        }
        batch.set(JAVA_INT, 0, length);
        llama.decode(context, batch);
        position += length;
    }

    private float[] row(int place) {
        return llama.logits(context, place, model.vocabularySize()).toArray(JAVA_FLOAT);
    }

    private void check(int[] text) {
        if (closed) {
            throw new EngineException("the session is closed");
        }
        if (text.length == 0) {
            throw new InvalidInputException("no tokens");
        }
        if (text.length > model.contextLength() - position) {
            throw new InvalidInputException("the context of " + model.contextLength() + " tokens holds " + position
                    + " already; " + text.length + " more do not fit");
        }
        for (int token : text) {
            model.requireKnown(token);
        }
    }

    @Override
    public synchronized int rewind(int kept) {
        if (closed) {
            throw new EngineException("the session is closed");
        }
        if (kept < 0 || kept > position) {
            throw new InvalidInputException(kept + " of the " + position + " tokens that were read cannot be kept");
        }
        if (kept > 0 && llama.forgetFrom(context, kept)) {
            position = kept;
        } else {
            llama.clear(context);
            position = 0;
        }
        return position;
    }

    @Override
    public void close() {
        model.forget(this);
        free();
    }

    private synchronized void free() {
        if (!closed) {
            closed = true;
            llama.free("llama_free", context);
            arena.close();
        }
    }
}
