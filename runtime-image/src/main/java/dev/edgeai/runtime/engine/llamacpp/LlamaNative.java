package dev.edgeai.runtime.engine.llamacpp;

import dev.edgeai.runtime.engine.EngineException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The part of llama.cpp's C API ({@code llama.h}, {@value #VERSION}) that is used here. Structures change from version to
 * version without a notice, so another version is refused.
 */
final class LlamaNative {
    /** Folder of {@code libllama} and the {@code libggml} libraries. */
    static final String DIRECTORY_VARIABLE = "LLAMA_LIB_DIR";

    static final String DIRECTORY_PROPERTY = "edgeai.llama.lib.dir";

    static final String VERSION = "0.5.0-dev";

    /** {@code llama_model_params}, as words. */
    static final StructLayout MODEL_PARAMS = words(80);

    /** {@code llama_context_params}, as words. */
    static final StructLayout CONTEXT_PARAMS = words(160);

    /** {@code llama_batch}: number of tokens; tokens, embeddings, positions, sequence counts, sequences, output flags. */
    static final StructLayout BATCH = MemoryLayout.structLayout(
            JAVA_INT, MemoryLayout.paddingLayout(4), ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);

    private static final Pattern CPU_LIBRARY = Pattern.compile("libggml-cpu-([^/]+)\\.so");

    // Handles by signature, the function's address being the first argument: constants for the compiler.
    private static final MethodHandle NOTHING = handle(FunctionDescriptor.ofVoid());
    private static final MethodHandle TO_NOTHING = handle(FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle TWO_TO_NOTHING = handle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    private static final MethodHandle CLEAR = handle(FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN));
    private static final MethodHandle FORGET =
            handle(FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle TEXT = handle(FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle POINTER = handle(FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle POINTER_OF_TWO = handle(FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle NUMBER = handle(FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle YES = handle(FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
    private static final MethodHandle YES_OF_TOKEN = handle(FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT));
    private static final MethodHandle MODEL_DEFAULTS = handle(FunctionDescriptor.of(MODEL_PARAMS));
    private static final MethodHandle CONTEXT_DEFAULTS = handle(FunctionDescriptor.of(CONTEXT_PARAMS));
    private static final MethodHandle LOAD = handle(FunctionDescriptor.of(ADDRESS, ADDRESS, MODEL_PARAMS));
    private static final MethodHandle INIT = handle(FunctionDescriptor.of(ADDRESS, ADDRESS, CONTEXT_PARAMS));
    private static final MethodHandle DECODE = handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, BATCH));
    private static final MethodHandle LOGITS = handle(FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle TOKENIZE = handle(
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));
    private static final MethodHandle PIECE =
            handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));

    private static final MethodHandle APPLY_TEMPLATE =
            handle(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_BOOLEAN, ADDRESS, JAVA_INT));

    private final SymbolLookup symbols;
    private final LlamaLog log;
    private final String cpuVariant;
    private final MemorySegment decode;
    private final MemorySegment logits;

    private LlamaNative(SymbolLookup symbols, Path directory) {
        this.symbols = symbols;
        decode = function("llama_decode");
        logits = function("llama_get_logits_ith");
        if (!version().equals(VERSION)) {
            throw new EngineException("llama.cpp " + VERSION + " is needed, but " + directory + " has " + version());
        }
        log = LlamaLog.toErrors();
        call(TWO_TO_NOTHING, "llama_log_set", log.callback(), MemorySegment.NULL);
        try (Arena arena = Arena.ofConfined()) {
            call(TO_NOTHING, "ggml_backend_load_all_from_path", arena.allocateFrom(directory.toString()));
        }
        call(NOTHING, "llama_backend_init");
        cpuVariant = loadedCpuVariant(directory);
    }

    /** Loads the library from {@value #DIRECTORY_VARIABLE}, else from the system property. */
    static LlamaNative load() {
        @Nullable String variable = System.getenv(DIRECTORY_VARIABLE);
        @Nullable String directory = variable != null ? variable : System.getProperty(DIRECTORY_PROPERTY);
        if (directory == null) {
            throw new EngineException("llama.cpp is not installed here: set " + DIRECTORY_VARIABLE
                    + " to the folder that holds libllama and the libggml libraries");
        }
        try (Stream<Path> files = Files.list(Path.of(directory))) {
            Path file = files.filter(f -> f.getFileName().toString().matches("libllama\\..*so.*"))
                    .min(Path::compareTo)
                    .orElseThrow(() -> new EngineException("no libllama in " + directory));
            return new LlamaNative(SymbolLookup.libraryLookup(file, Arena.global()), Path.of(directory));
        } catch (IOException | IllegalArgumentException e) {
            throw new EngineException("cannot load llama.cpp from " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Of the libraries for different CPUs only the best that this one can run stays loaded. */
    private static String loadedCpuVariant(Path directory) {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.map(CPU_LIBRARY::matcher)
                    .filter(Matcher::find)
                    .map(matcher -> matcher.group(1))
                    .findFirst()
                    .orElseThrow(() -> new EngineException("no libggml-cpu library in " + directory + " runs here"));
        } catch (IOException e) {
            throw new EngineException("cannot read /proc/self/maps: " + e.getMessage(), e);
        }
    }

    String version() {
        return text(call(TEXT, "llama_version")).orElse("");
    }

    /** The library that was chosen for this CPU, for example {@code zen4}. */
    String cpuVariant() {
        return cpuVariant;
    }

    MemorySegment modelDefaults(SegmentAllocator allocator) {
        return call(MODEL_DEFAULTS, "llama_model_default_params", allocator);
    }

    MemorySegment contextDefaults(SegmentAllocator allocator) {
        return call(CONTEXT_DEFAULTS, "llama_context_default_params", allocator);
    }

    /** A model; its errors are llama.cpp's own words. */
    MemorySegment loadModel(Path file, MemorySegment params) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(file.toString());
            return log.orFail("it", () -> call(LOAD, "llama_model_load_from_file", path, params));
        }
    }

    MemorySegment newContext(MemorySegment model, MemorySegment params) {
        return log.orFail("a session", () -> call(INIT, "llama_init_from_model", model, params));
    }

    MemorySegment pointer(String function, MemorySegment of) {
        return call(POINTER, function, of);
    }

    int number(String function, MemorySegment of) {
        return call(NUMBER, function, of);
    }

    boolean yes(String function, MemorySegment of) {
        return call(YES, function, of);
    }

    boolean endsGeneration(MemorySegment vocabulary, int token) {
        return call(YES_OF_TOKEN, "llama_vocab_is_eog", vocabulary, token);
    }

    Optional<String> chatTemplate(MemorySegment model) {
        return text(call(POINTER_OF_TWO, "llama_model_chat_template", model, MemorySegment.NULL));
    }

    /** Gives the number of bytes, written as far as they fit; negative when the template is none it knows. */
    int applyTemplate(MemorySegment template, MemorySegment chat, int messages, MemorySegment text) {
        int room = (int) text.byteSize();
        return call(APPLY_TEMPLATE, "llama_chat_apply_template", template, chat, (long) messages, true, text, room);
    }

    /** Gives the number of tokens, or the negative of the number there would be when they do not fit. */
    int tokenize(MemorySegment vocabulary, MemorySegment text, MemorySegment tokens, boolean start, boolean markup) {
        int room = (int) (tokens.byteSize() / JAVA_INT.byteSize());
        return call(TOKENIZE, "llama_tokenize", vocabulary, text, (int) text.byteSize(), tokens, room, start, markup);
    }

    /** Gives the number of bytes, or its negative when they do not fit. Control tokens have none. */
    int piece(MemorySegment vocabulary, int token, MemorySegment bytes) {
        return call(PIECE, "llama_token_to_piece", vocabulary, token, bytes, (int) bytes.byteSize(), 0, false);
    }

    void clear(MemorySegment context) {
        call(CLEAR, "llama_memory_clear", call(POINTER, "llama_get_memory", context), false);
    }

    /** Forgets the tokens of the one sequence from this position on; false where the model cannot. */
    boolean forgetFrom(MemorySegment context, int position) {
        return call(FORGET, "llama_memory_seq_rm", call(POINTER, "llama_get_memory", context), 0, position, -1);
    }

    void free(String function, MemorySegment pointer) {
        call(TO_NOTHING, function, pointer);
    }

    /** The hot path. */
    void decode(MemorySegment context, MemorySegment batch) {
        int status;
        try {
            status = (int) DECODE.invokeExact(decode, context, batch);
        } catch (Throwable e) {
            throw wrap(e);
        }
        if (status != 0) {
            throw new EngineException("llama.cpp: decoding failed with " + status + log.lastErrors());
        }
    }

    /** Logits after a token of the last batch, by its place in it; gone with the next batch. */
    MemorySegment logits(MemorySegment context, int place, int vocabularySize) {
        try {
            MemorySegment row = (MemorySegment) LOGITS.invokeExact(logits, context, place);
            if (row.equals(MemorySegment.NULL)) {
                throw new EngineException("llama.cpp gave no logits" + log.lastErrors());
            }
            return row.reinterpret(vocabularySize * (long) Float.BYTES);
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    private MemorySegment function(String name) {
        return symbols.find(name).orElseThrow(() -> new EngineException("this llama.cpp has no " + name));
    }

    /** Off the hot path: any function by name. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private <T> T call(MethodHandle signature, String function, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = function(function);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return (T) signature.invokeWithArguments(all);
        } catch (Throwable e) {
            throw wrap(e);
        }
    }

    private static MethodHandle handle(FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(descriptor);
    }

    private static StructLayout words(long bytes) {
        return MemoryLayout.structLayout(MemoryLayout.sequenceLayout(bytes / JAVA_LONG.byteSize(), JAVA_LONG));
    }

    private static Optional<String> text(MemorySegment pointer) {
        return pointer.equals(MemorySegment.NULL)
                ? Optional.empty()
                : Optional.of(pointer.reinterpret(Long.MAX_VALUE).getString(0));
    }

    private static RuntimeException wrap(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new EngineException("calling llama.cpp failed", e);
    }
}
