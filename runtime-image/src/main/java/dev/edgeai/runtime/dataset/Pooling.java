package dev.edgeai.runtime.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How one vector is made of a vector for each token: as {@code 1_Pooling/config.json} beside the model says, else their
 * mean.
 *
 * @see <a href="https://sbert.net/docs/package_reference/sentence_transformer/models.html">Sentence Transformers</a>
 */
enum Pooling {
    /** Of the tokens the attention mask shows. */
    MEAN,
    /** The first token's. */
    CLS;

    static final String FILE = "1_Pooling/config.json";
    private static final long MAX_BYTES = 64 << 10;

    static Pooling of(Path model) {
        Path file = model.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return MEAN;
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("it is larger than " + MAX_BYTES + " bytes");
            }
            JsonNode config = new JsonMapper().readTree(Files.readAllBytes(file));
            boolean cls = config.path("pooling_mode_cls_token").asBoolean(false);
            boolean mean = config.path("pooling_mode_mean_tokens").asBoolean(false);
            if (cls == mean) {
                throw new IOException("it asks for neither the mean nor the first token alone; no other is known");
            }
            return cls ? CLS : MEAN;
        } catch (IOException e) {
            throw new InvalidDatasetException(
                    "The model's %s cannot be followed: %s".formatted(FILE, e.getMessage()), e);
        }
    }

    /**
     * Pools and normalizes to length 1.
     *
     * @param values tokens x width, row by row
     * @param shown for each token whether it counts
     */
    float[] pool(float[] values, boolean[] shown, int width) {
        float[] pooled = new float[width];
        for (int token = 0; token < (this == CLS ? 1 : shown.length); token++) {
            for (int i = 0; (this == CLS || shown[token]) && i < width; i++) {
                pooled[i] += values[token * width + i];
            }
        }
        double length = 0;
        for (float value : pooled) {
            length += (double) value * value;
        }
        for (int i = 0; i < width && length > 0; i++) {
            pooled[i] = (float) (pooled[i] / Math.sqrt(length));
        }
        return pooled;
    }
}
