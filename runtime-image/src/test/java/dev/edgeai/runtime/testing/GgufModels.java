package dev.edgeai.runtime.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Small LLaMA models with random weights in GGUF files, version 3. Their tokenizer knows three control tokens,
 * {@code <unk>} (0), {@code <s>} (1), {@code </s>} (2), the 256 bytes ({@code b} is token {@code b + 3}), and the space.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 */
public final class GgufModels {
    public static final int VOCABULARY = 260;
    public static final int CONTEXT = 512;
    public static final String CHAT_TEMPLATE =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

    private static final int WIDTH = 64;
    private static final int HEADS = 2;
    private static final int HIDDEN = 128;
    private static final int ALIGNMENT = 32;

    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final Random weights;
    private final Random noise;
    private final double noiseScale;
    private int entries;
    private int tensorCount;

    private GgufModels(long seed, double noiseScale) {
        weights = new Random(seed);
        noise = new Random(seed + 1);
        this.noiseScale = noiseScale;
    }

    /** Writes {@code model.gguf}. */
    public static Path write(Path folder, byte[] model) throws IOException {
        Files.createDirectories(folder);
        return Files.write(folder.resolve("model.gguf"), model);
    }

    /**
     * A model.
     *
     * @param layers transformer blocks
     * @param noise weights differ by this share of their scale from those that the seed alone gives
     */
    public static byte[] llama(long seed, int layers, double noise) {
        GgufModels model = new GgufModels(seed, noise);
        model.describe(layers);
        model.vocabulary();
        model.tensor("token_embd.weight", 1, WIDTH, VOCABULARY);
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            model.norm(block + "attn_norm.weight");
            for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
                model.matrix(block + name + ".weight", WIDTH, WIDTH);
            }
            model.norm(block + "ffn_norm.weight");
            model.matrix(block + "ffn_gate.weight", WIDTH, HIDDEN);
            model.matrix(block + "ffn_up.weight", WIDTH, HIDDEN);
            model.matrix(block + "ffn_down.weight", HIDDEN, WIDTH);
        }
        model.norm("output_norm.weight");
        model.tensor("output.weight", 3 / Math.sqrt(WIDTH), WIDTH, VOCABULARY);
        return model.file();
    }

    private void describe(int layers) {
        text("general.architecture", "llama");
        number("llama.context_length", CONTEXT);
        number("llama.embedding_length", WIDTH);
        number("llama.block_count", layers);
        number("llama.feed_forward_length", HIDDEN);
        number("llama.attention.head_count", HEADS);
        number("llama.rope.dimension_count", WIDTH / HEADS);
        entry("llama.attention.layer_norm_rms_epsilon", FLOAT32, bytes(4).putFloat(1e-5f));
        text("tokenizer.chat_template", CHAT_TEMPLATE);
    }

    private void vocabulary() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int b = 0; b < 256; b++) {
            tokens.add("<0x%02X>".formatted(b));
        }
        tokens.add("\u2581"); // how SentencePiece writes a space
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        ByteBuffer types = bytes(4 * VOCABULARY);
        for (int i = 0; i < VOCABULARY; i++) {
            put(names, string(tokens.get(i)));
            types.putInt(i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1); // unknown, control, byte, normal
        }
        text("tokenizer.ggml.model", "llama");
        array("tokenizer.ggml.tokens", STRING, names.toByteArray());
        array("tokenizer.ggml.scores", FLOAT32, new byte[4 * VOCABULARY]);
        array("tokenizer.ggml.token_type", INT32, types.array());
    }

    private void text(String key, String value) {
        entry(key, STRING, ByteBuffer.wrap(string(value)));
    }

    private void number(String key, int value) {
        entry(key, UINT32, bytes(4).putInt(value));
    }

    private void array(String key, int type, byte[] values) {
        byte[] header = bytes(12).putInt(type).putLong(VOCABULARY).array();
        entry(key, ARRAY, ByteBuffer.allocate(12 + values.length).put(header).put(values));
    }

    private void entry(String key, int type, ByteBuffer value) {
        put(head, string(key));
        put(head, bytes(4).putInt(type).array());
        put(head, value.array());
        entries++;
    }

    private void norm(String name) {
        add(name, bytes(4 * WIDTH), 1, 0, WIDTH);
    }

    private void matrix(String name, int in, int out) {
        tensor(name, 1 / Math.sqrt(in), in, out);
    }

    private void tensor(String name, double scale, int in, int out) {
        add(name, bytes(4 * in * out), 0, scale, in, out);
    }

    private void add(String name, ByteBuffer values, double mean, double scale, int... shape) {
        while (values.hasRemaining()) {
            double weight = mean + scale * weights.nextGaussian();
            values.putFloat((float) (weight + noiseScale * scale * noise.nextGaussian()));
        }
        put(tensors, string(name));
        put(tensors, bytes(4).putInt(shape.length).array());
        for (int size : shape) {
            put(tensors, bytes(8).putLong(size).array());
        }
        put(tensors, bytes(12).putInt(0).putLong(data.size()).array()); // float32, at this offset
        put(data, values.array());
        put(data, new byte[Math.floorMod(-data.size(), ALIGNMENT)]);
        tensorCount++;
    }

    private byte[] file() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        put(file, "GGUF".getBytes(StandardCharsets.US_ASCII));
        put(file, bytes(20).putInt(3).putLong(tensorCount).putLong(entries).array());
        put(file, head.toByteArray());
        put(file, tensors.toByteArray());
        put(file, new byte[Math.floorMod(-file.size(), ALIGNMENT)]);
        put(file, data.toByteArray());
        return file.toByteArray();
    }

    private static byte[] string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return bytes(8 + utf8.length).putLong(utf8.length).put(utf8).array();
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(ByteArrayOutputStream out, byte[] bytes) {
        out.write(bytes, 0, bytes.length);
    }
}
