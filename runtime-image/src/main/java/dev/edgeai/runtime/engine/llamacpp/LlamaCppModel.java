package dev.edgeai.runtime.engine.llamacpp;

import dev.edgeai.runtime.engine.ChatMessage;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/** A GGUF model. Its weights are mapped from the file; each session has a llama.cpp context of its own. */
final class LlamaCppModel implements LanguageModel {
    /** Most tokens that go to llama.cpp at once. */
    static final int MAX_BATCH = 512;

    private static final int PIECE_BYTES = 256;
    private static final int CHAT_BYTES = 4096;

    // offsets in llama_context_params
    static final long CONTEXT_TOKENS = 0;
    static final long BATCH = 4;
    static final long MICRO_BATCH = 8;
    static final long MAX_OUTPUTS = 20;
    static final long THREADS = 28;
    static final long THREADS_BATCH = 32;

    private final LlamaNative llama;
    private final MemorySegment model;
    private final MemorySegment vocabulary;
    private final int vocabularySize;
    private final int contextLength;
    private final int threads;
    private final Set<LlamaCppSession> sessions = ConcurrentHashMap.newKeySet();

    /** Held shared by whoever uses the native model, which never changes, and alone by who frees it. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private boolean closed;

    private LlamaCppModel(LlamaNative llama, MemorySegment model, int contextLength, int threads) {
        this.llama = llama;
        this.model = model;
        this.threads = threads;
        if (llama.yes("llama_model_has_encoder", model) || !llama.yes("llama_model_has_decoder", model)) {
            throw new EngineException("it is no causal language model");
        }
        vocabulary = llama.pointer("llama_model_get_vocab", model);
        vocabularySize = llama.number("llama_vocab_n_tokens", vocabulary);
        int trained = llama.number("llama_model_n_ctx_train", model);
        this.contextLength = Math.min(contextLength, trained);
        if (vocabularySize < 1 || this.contextLength < 1) {
            throw new EngineException("it has " + vocabularySize + " tokens and a context of " + trained);
        }
    }

    /** Owns the native model from here on, even when this fails. */
    static LlamaCppModel open(LlamaNative llama, MemorySegment model, int contextLength, int threads) {
        try {
            return new LlamaCppModel(llama, model, contextLength, threads);
        } catch (RuntimeException e) {
            llama.free("llama_model_free", model);
            throw e;
        }
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int[] tokenize(String text, boolean start, boolean markup) {
        return whileOpen(() -> cut(text, start, markup));
    }

    private int[] cut(String text, boolean start, boolean markup) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment utf8 = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, utf8, JAVA_BYTE, 0, bytes.length);
            // a token stands for a byte at least; a start and an end token may be added
            MemorySegment tokens = arena.allocate(JAVA_INT, bytes.length + 8L);
            int count = llama.tokenize(vocabulary, utf8, tokens, start, markup);
            if (count < 0) {
                tokens = arena.allocate(JAVA_INT, -(long) count);
                count = llama.tokenize(vocabulary, utf8, tokens, start, markup);
            }
            if (count < 0) {
                throw new EngineException("llama.cpp cannot cut a text of " + bytes.length + " bytes into tokens");
            }
            return tokens.asSlice(0, count * JAVA_INT.byteSize()).toArray(JAVA_INT);
        }
    }

    @Override
    public byte[] bytes(int token) {
        requireKnown(token);
        return whileOpen(() -> piece(token));
    }

    private byte[] piece(int token) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(PIECE_BYTES);
            int length = llama.piece(vocabulary, token, piece);
            if (length < 0) {
                piece = arena.allocate(-(long) length);
                length = llama.piece(vocabulary, token, piece);
            }
            return piece.asSlice(0, Math.max(0, length)).toArray(JAVA_BYTE);
        }
    }

    @Override
    public boolean endsGeneration(int token) {
        requireKnown(token);
        return whileOpen(() -> llama.endsGeneration(vocabulary, token));
    }

    @Override
    public Optional<String> chatTemplate() {
        return whileOpen(() -> llama.chatTemplate(model));
    }

    @Override
    public Optional<String> renderChat(List<ChatMessage> messages) {
        return whileOpen(() -> render(messages));
    }

    private Optional<String> render(List<ChatMessage> messages) {
        Optional<String> template = llama.chatTemplate(model);
        if (template.isEmpty()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chat = arena.allocate(ADDRESS, 2L * messages.size()); // pairs of role and content
            for (int i = 0; i < messages.size(); i++) {
                chat.setAtIndex(
                        ADDRESS, 2L * i, arena.allocateFrom(messages.get(i).role()));
                chat.setAtIndex(
                        ADDRESS, 2L * i + 1, arena.allocateFrom(messages.get(i).content()));
            }
            MemorySegment source = arena.allocateFrom(template.get());
            MemorySegment text = arena.allocate(CHAT_BYTES);
            int length = llama.applyTemplate(source, chat, messages.size(), text);
            if (length > text.byteSize()) {
                text = arena.allocate(length);
                length = llama.applyTemplate(source, chat, messages.size(), text);
            }
            return length < 0
                    ? Optional.empty()
                    : Optional.of(new String(text.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
        }
    }

    @Override
    public LanguageSession open() {
        return whileOpen(this::newSession);
    }

    private LanguageSession newSession() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = llama.contextDefaults(arena);
            int batch = Math.min(contextLength, MAX_BATCH);
            params.set(JAVA_INT, CONTEXT_TOKENS, contextLength);
            params.set(JAVA_INT, BATCH, batch);
            params.set(JAVA_INT, MICRO_BATCH, batch);
            params.set(JAVA_INT, MAX_OUTPUTS, Math.min(batch, LanguageSession.MAX_SCORED));
            params.set(JAVA_INT, THREADS, threads);
            params.set(JAVA_INT, THREADS_BATCH, threads);
            LlamaCppSession session = new LlamaCppSession(this, llama, llama.newContext(model, params));
            sessions.add(session);
            return session;
        }
    }

    void forget(LlamaCppSession session) {
        sessions.remove(session);
    }

    void requireKnown(int token) {
        if (token < 0 || token >= vocabularySize) {
            throw new InvalidInputException("there is no token " + token + "; tokens are 0 to " + (vocabularySize - 1));
        }
    }

    private <T> T whileOpen(Supplier<T> use) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new EngineException("the model is closed");
            }
            return use.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                Set.copyOf(sessions).forEach(LlamaCppSession::close);
                llama.free("llama_model_free", model);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
