package dev.edgeai.runtime.engine.llamacpp;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.InvalidInputException;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.GgufModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** llama.cpp on a small GGUF model with random weights. */
class LlamaCppEngineTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeModel() throws Exception {
        EngineLibraries.llamaCpp();
        GgufModels.write(folder, GgufModels.llama(1, 2, 0));
    }

    @Test
    void theStructuresOfTheLibraryHaveTheSizesAndOffsetsThatAreUsed() {
        LlamaNative llama = LlamaNative.load();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment model = filled(arena, LlamaNative.MODEL_PARAMS.byteSize());
            llama.modelDefaults((size, _) -> model.asSlice(0, size));
            assertThat(model.get(JAVA_INT, LlamaCppEngine.GPU_LAYERS))
                    .as("n_gpu_layers: all")
                    .isEqualTo(-1);
            assertThat(model.get(JAVA_BYTE, LlamaCppEngine.CHECK_TENSORS))
                    .as("check_tensors")
                    .isZero();
            assertThat(model.get(JAVA_BYTE, LlamaCppEngine.CHECK_TENSORS + 1))
                    .as("use_extra_bufts")
                    .isEqualTo((byte) 1);
            assertUntouched(model, LlamaNative.MODEL_PARAMS.byteSize());

            MemorySegment context = filled(arena, LlamaNative.CONTEXT_PARAMS.byteSize());
            llama.contextDefaults((size, _) -> context.asSlice(0, size));
            assertThat(LongStream.of(
                                    LlamaCppModel.CONTEXT_TOKENS,
                                    LlamaCppModel.BATCH,
                                    LlamaCppModel.MICRO_BATCH,
                                    LlamaCppModel.MICRO_BATCH + 4,
                                    LlamaCppModel.MAX_OUTPUTS,
                                    LlamaCppModel.THREADS,
                                    LlamaCppModel.THREADS_BATCH)
                            .mapToInt(offset -> context.get(JAVA_INT, offset)))
                    .as("n_ctx, n_batch, n_ubatch, n_seq_max, n_outputs_max, n_threads, n_threads_batch")
                    .containsExactly(512, 2048, 512, 1, 0, 4, 4);
            assertThat(context.get(JAVA_BYTE, 159))
                    .as("end of the last pointer")
                    .isZero();
            assertUntouched(context, LlamaNative.CONTEXT_PARAMS.byteSize());
        }
    }

    /** Half of what cutting takes is far more than a thread waits for a processor. */
    @Test
    void aLongTextThatIsCutIntoTokensKeepsNoGenerationWaiting() throws Exception {
        try (LanguageModel model = Engines.loadLanguage(folder, Engines.forSource(folder), 1)) {
            String text = "a b ".repeat(2 << 20);
            long start = System.nanoTime();
            Thread cuts = Thread.ofPlatform().start(() -> model.tokenize(text, true, false));
            long longest = 0;
            while (cuts.isAlive()) {
                long call = System.nanoTime();
                model.bytes(5);
                longest = Math.max(longest, System.nanoTime() - call);
            }
            cuts.join();
            assertThat(longest).isLessThan((System.nanoTime() - start) / 2);
        }
    }

    /** Of a batch the library fills every pointer but the embeddings', and ends the list of sequences with null. */
    @Test
    void theBatchOfTheLibraryHasTheSizeAndOffsetsThatAreUsed() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment batch = filled(arena, LlamaNative.BATCH.byteSize());
            MemorySegment made = (MemorySegment)
                    function("llama_batch_init", FunctionDescriptor.of(LlamaNative.BATCH, JAVA_INT, JAVA_INT, JAVA_INT))
                            .invokeExact((SegmentAllocator) (size, _) -> batch.asSlice(0, size), 3, 0, 1);

            assertThat(batch.get(JAVA_INT, 0)).as("n_tokens").isZero();
            assertThat(batch.get(ADDRESS, LlamaCppSession.TOKENS)).as("token").isNotEqualTo(MemorySegment.NULL);
            assertThat(batch.get(ADDRESS, LlamaCppSession.TOKENS + 8))
                    .as("embd")
                    .isEqualTo(MemorySegment.NULL);
            MemorySegment sequences =
                    batch.get(ADDRESS, LlamaCppSession.OUTPUTS - 8).reinterpret(4 * ADDRESS.byteSize());
            assertThat(LongStream.range(0, 4)
                            .mapToObj(i -> sequences.getAtIndex(ADDRESS, i).equals(MemorySegment.NULL)))
                    .as("seq_id, before logits")
                    .containsExactly(false, false, false, true);
            assertThat(batch.get(ADDRESS, LlamaCppSession.OUTPUTS)).as("logits").isNotEqualTo(MemorySegment.NULL);
            assertUntouched(batch, LlamaNative.BATCH.byteSize());
            function("llama_batch_free", FunctionDescriptor.ofVoid(LlamaNative.BATCH))
                    .invokeExact(made);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) throws IOException {
        try (Stream<Path> files = Files.list(EngineLibraries.llamaCpp())) {
            Path library = files.filter(file -> file.getFileName().toString().matches("libllama\\.v.*so"))
                    .findFirst()
                    .orElseThrow();
            return Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow(name), descriptor);
        }
    }

    private static MemorySegment filled(Arena arena, long size) {
        return arena.allocate(size + 64, 16).fill((byte) 0x5a);
    }

    private static void assertUntouched(MemorySegment memory, long from) {
        assertThat(memory.asSlice(from).toArray(JAVA_BYTE)).containsOnly((byte) 0x5a);
    }

    @Test
    void namesItsVersionAndTheLibraryChosenForThisCpu() {
        assertThat(Engines.find("LlamaCpp").version()).matches("0\\.5\\.0-dev \\([a-z0-9]+\\)");
    }

    @Test
    void aRewoundSessionGoesOnFromWhatItKept() {
        try (LanguageModel model = load(Map.of());
                LanguageSession rewound = model.open();
                LanguageSession fresh = model.open()) {
            rewound.prefill(new int[] {1, 5, 9, 70, 71});
            assertThat(rewound.rewind(3)).isEqualTo(3).isEqualTo(rewound.position());
            fresh.prefill(new int[] {1, 5, 9});

            float[] expected = fresh.step(80);
            float[] actual = rewound.step(80);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f));
            }
            assertThatThrownBy(() -> rewound.rewind(5)).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void cutsTextIntoTokensAndBack() {
        try (LanguageModel model = load(Map.of())) {
            assertThat(model.vocabularySize()).isEqualTo(GgufModels.VOCABULARY);
            int[] tokens = model.tokenize("né</s>", true, false);
            assertThat(tokens[0]).as("the start token").isEqualTo(1);
            assertThat(text(model, tokens))
                    .as("a leading space is this tokenizer's way")
                    .isEqualTo(" né</s>");
            assertThat(model.tokenize("né</s>", false, true)).endsWith(2).doesNotContain(1);
            assertThat(model.endsGeneration(2)).isTrue();
            assertThat(model.endsGeneration('a' + 3)).isFalse();
            assertThat(model.chatTemplate()).contains(GgufModels.CHAT_TEMPLATE);
            assertThatThrownBy(() -> model.bytes(GgufModels.VOCABULARY)).isInstanceOf(InvalidInputException.class);
        }
    }

    private static String text(LanguageModel model, int[] tokens) {
        byte[] bytes = new byte[tokens.length * 4];
        int length = 0;
        for (int token : tokens) {
            byte[] piece = model.bytes(token);
            System.arraycopy(piece, 0, bytes, length, piece.length);
            length += piece.length;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Test
    void prefillStepAndScoreGiveTheSameLogits() {
        int[] tokens = {1, 70, 90, 110, 130};
        try (LanguageModel model = load(Map.of());
                LanguageSession scored = model.open();
                LanguageSession read = model.open();
                LanguageSession stepped = model.open()) {
            float[][] rows = scored.score(tokens);
            assertThat(rows).hasNumberOfRows(5);
            assertThat(rows[4]).hasSize(GgufModels.VOCABULARY).isNotEqualTo(rows[3]);
            assertThat(read.prefill(tokens)).containsExactly(rows[4], within(1e-3f));
            stepped.prefill(Arrays.copyOf(tokens, 4));
            assertThat(stepped.step(130)).containsExactly(rows[4], within(1e-3f));
            assertThat(stepped.position()).isEqualTo(5);
            stepped.reset();
            assertThat(stepped.prefill(new int[] {1, 70})).containsExactly(rows[1], within(1e-3f));
        }
    }

    @Test
    void aPromptLongerThanOneBatchIsReadWhole() {
        int[] tokens =
                IntStream.range(0, GgufModels.CONTEXT).map(i -> 3 + i % 200).toArray();
        try (LanguageModel model = load(Map.of());
                LanguageSession whole = model.open();
                LanguageSession parts = model.open()) {
            parts.prefill(Arrays.copyOf(tokens, 300));
            assertThat(parts.prefill(Arrays.copyOfRange(tokens, 300, tokens.length)))
                    .containsExactly(whole.prefill(tokens), within(1e-3f));
        }
    }

    @Test
    void theContextIsNoLongerThanAskedForNorThanTheModelWasTrainedWith() {
        try (LanguageModel model = load(Map.of())) {
            assertThat(model.contextLength()).isEqualTo(GgufModels.CONTEXT);
        }
        try (LanguageModel model = load(Map.of("contextLength", "4"));
                LanguageSession session = model.open()) {
            session.prefill(new int[] {1, 5, 6});
            assertThatThrownBy(() -> session.prefill(new int[] {7, 8}))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("context of 4 tokens");
            assertThat(session.step(7)).hasSize(GgufModels.VOCABULARY);
            assertThatThrownBy(() -> session.step(GgufModels.VOCABULARY)).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void refusesUnknownOptionsFilesThatAreNoModelsAndPathsOutOfTheFolder() throws Exception {
        assertThatThrownBy(() -> load(Map.of("mlock", "true"))).hasMessageContaining("no option 'mlock'");
        assertThatThrownBy(() -> load(Map.of("contextLength", "1000000"))).hasMessageContaining("1 to 32768");
        byte[] model = Files.readAllBytes(folder.resolve("model.gguf"));
        Files.write(folder.resolve("model.gguf"), Arrays.copyOf(model, model.length / 2));
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("model.gguf")
                .hasMessageContaining("bounds");
        Files.writeString(folder.resolve("model.gguf"), "this is no model");
        assertThatThrownBy(() -> load(Map.of())).hasMessageContaining("magic");
        Path inside = Files.createDirectory(folder.resolve("inside"));
        assertThatThrownBy(() -> Engines.loadLanguage(inside, descriptor("../model.gguf", Map.of()), 1))
                .isInstanceOf(EngineException.class);
    }

    @Test
    void aClosedModelRefusesInsteadOfCrashing() {
        LanguageModel model = load(Map.of());
        LanguageSession session = model.open();
        model.close();
        model.close();
        session.close();
        assertThatThrownBy(() -> session.step(5))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(model::open).isInstanceOf(EngineException.class).hasMessageContaining("closed");
    }

    @Test
    void aGgufSourceIsTakenAsItIsAndIsNoTensorModel() {
        VariantDescriptor descriptor = Engines.forSource(folder);
        assertThat(descriptor).isEqualTo(descriptor("model.gguf", Map.of()));
        assertThatThrownBy(() -> Engines.load(folder, descriptor, 1))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("language models");
        VariantDescriptor onnx = new VariantDescriptor("OnnxRuntime", "m.onnx", Map.of(), null, null, Map.of(), null);
        assertThatThrownBy(() -> Engines.loadLanguage(folder, onnx, 1))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("no language models");
    }

    private LanguageModel load(Map<String, String> options) {
        return Engines.loadLanguage(folder, descriptor("model.gguf", options), 1);
    }

    private static VariantDescriptor descriptor(String model, Map<String, String> options) {
        return new VariantDescriptor("LlamaCpp", model, options, null, null, Map.of(), null);
    }
}
