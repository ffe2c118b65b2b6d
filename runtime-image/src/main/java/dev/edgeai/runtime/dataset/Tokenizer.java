package dev.edgeai.runtime.dataset;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Turns text into tokens as the model's own {@code tokenizer.json} says, by Hugging Face's tokenizers library. */
public final class Tokenizer implements AutoCloseable {
    static final String FILE = "tokenizer.json";

    /** What a text model's folder holds besides the model that tokens and answers depend on. */
    public static final Set<String> FILES = Set.of(FILE, Pooling.FILE);

    private static final long MAX_BYTES = 64L << 20;

    static {
        // The native libraries are unpacked where a pod may write, and nothing is ever fetched.
        String scratch = Path.of(System.getProperty("java.io.tmpdir"), "edgeai-tokenizers")
                .toString();
        System.setProperty("ENGINE_CACHE_DIR", scratch);
        System.setProperty("jna.tmpdir", System.getProperty("java.io.tmpdir"));
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private final HuggingFaceTokenizer tokenizer;

    private Tokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * The tokenizer of a model.
     *
     * @param model its folder
     * @param maxTokens longer texts are cut
     * @throws InvalidDatasetException there is none, or it cannot be read
     */
    static Tokenizer of(Path model, int maxTokens) {
        Path file = model.resolve(FILE);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                throw new InvalidDatasetException(
                        "A dataset of text needs the model's %s (at most %,d bytes) beside it;"
                                        .formatted(FILE, MAX_BYTES)
                                + " add it to the source, or give a dataset of arrays.");
            }
            try (InputStream in = Files.newInputStream(file)) {
                return new Tokenizer(HuggingFaceTokenizer.newInstance(
                        in,
                        Map.of("truncation", "true", "maxLength", Integer.toString(maxTokens), "padding", "false")));
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof InvalidDatasetException known) {
                throw known;
            }
            throw new InvalidDatasetException("The model's %s cannot be read: %s".formatted(FILE, e.getMessage()), e);
        }
    }

    /**
     * A text's tokens.
     *
     * @param ids of tokens, those the model was trained to see around a text included
     * @param typeIds segment of each
     * @param cut whether the text was longer
     */
    @SuppressWarnings("ArrayRecordComponent") // read at once by its one caller
    record Tokens(long[] ids, long[] typeIds, boolean cut) {}

    Tokens encode(String text) {
        Encoding encoding = tokenizer.encode(text);
        return new Tokens(encoding.getIds(), encoding.getTypeIds(), encoding.exceedMaxLength());
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
