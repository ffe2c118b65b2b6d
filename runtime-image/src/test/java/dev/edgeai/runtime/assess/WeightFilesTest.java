package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.runtime.testing.GgufBytes;
import dev.edgeai.runtime.testing.OnnxModels;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WeightFilesTest {
    @TempDir
    Path folder;

    @Test
    void aGgufOfFullPrecisionIsReadWithoutItsWeights() throws Exception {
        write("model.gguf", llama(1, 64));
        Assessment assessment = Assessor.assess(folder);
        assertThat(assessment.format()).isEqualTo(ModelFormat.GGUF);
        assertThat(assessment.architecture()).isEqualTo(Architecture.TRANSFORMER);
        assertThat(assessment.parameters()).isEqualTo(32 + 4);
        assertThat(assessment.precision()).isEqualTo("float16");
        assertThat(assessment.alreadyQuantized()).isFalse();
        assertThat(assessment.mixtureOfExperts()).isFalse();
        assertThat(assessment.multimodal()).isFalse();
        assertThat(assessment.message()).contains("llama");
    }

    @Test
    void aQuantizedGgufOfExpertsIsSaidWithTheNextStep() throws Exception {
        GgufBytes gguf = new GgufBytes()
                .field("general.architecture", "llama")
                .field("llama.expert_count", 8)
                .tensor("blk.0.attn_q.weight", 2, 18, 32)
                .tensor("blk.0.attn_norm.weight", 0, 16, 4);
        write("model.gguf", gguf.bytes());
        Assessment assessment = Assessor.assess(folder);
        assertThat(assessment.precision()).isEqualTo("Q4_0");
        assertThat(assessment.alreadyQuantized()).isTrue();
        assertThat(assessment.mixtureOfExperts()).isTrue();
        assertThat(assessment.message()).contains("quantized already (Q4_0)", "original", "calibration texts");
    }

    @Test
    void aProjectorBesideAGgufMakesItMultimodal() throws Exception {
        write("model.gguf", llama(1, 64));
        write("mmproj-model.gguf", llama(1, 64));
        assertThat(Assessor.assess(folder).multimodal()).isTrue();

        write("other.gguf", llama(1, 64));
        assertUnreadable("one .gguf", "other.gguf");
    }

    @Test
    void aGgufThatIsCutOffOrLiesIsNamedAsSuch() throws Exception {
        byte[] whole = llama(1, 64);
        write("model.gguf", Arrays.copyOf(whole, whole.length - 33));
        assertUnreadable("model.gguf", "cut off");
        write("model.gguf", Arrays.copyOf(whole, 100));
        assertUnreadable("corrupt");
        write("model.gguf", llama(77, 64));
        assertUnreadable("element type 77");
        write("model.gguf", "no model at all, but long enough".getBytes(StandardCharsets.UTF_8));
        assertUnreadable("does not start with GGUF");

        byte[] lying = whole.clone();
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putLong(8, Long.MAX_VALUE);
        write("model.gguf", lying);
        assertUnreadable("tensors, more than its");
    }

    @Property(tries = 500)
    void aGgufWithOneNumberChangedIsReadOrRefused(
            @ForAll @IntRange(max = 260) int place, @ForAll long number, @ForAll boolean wide) throws IOException {
        byte[] bytes = llama(1, 64);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = Math.min(place, bytes.length - Long.BYTES);
        if (wide) {
            buffer.putLong(at, number);
        } else {
            buffer.put(at, (byte) number);
        }
        readOrRefused("model.gguf", bytes);
    }

    @Test
    void aCheckpointIsReadWithItsConfiguration() throws Exception {
        write("config.json", "{\"model_type\": \"llama\"}");
        write(
                "model.safetensors",
                safetensors(tensor("model.layers.0.self_attn.q_proj.weight", "BF16", "[4,2]", 0, 16), 16));
        Assessment assessment = Assessor.assess(folder);
        assertThat(assessment.format()).isEqualTo(ModelFormat.SAFETENSORS);
        assertThat(assessment.architecture()).isEqualTo(Architecture.TRANSFORMER);
        assertThat(assessment.parameters()).isEqualTo(8);
        assertThat(assessment.precision()).isEqualTo("bfloat16");
        assertThat(assessment.alreadyQuantized()).isFalse();
        assertThat(assessment.message()).contains("llama");
    }

    @Test
    void expertsImagesAndQuantizationAreSeenInTheConfiguration() throws Exception {
        write("model.safetensors", safetensors(tensor("layers.0.mlp.weight", "U32", "[4]", 0, 16), 16));
        write("config.json", "{\"quantization\": {\"bits\": 4, \"group_size\": 64}}");
        assertThat(Assessor.assess(folder))
                .returns(true, Assessment::alreadyQuantized)
                .returns("int4", Assessment::precision)
                .returns(32L, Assessment::parameters);
        write("config.json", "{\"text_config\": {\"num_local_experts\": 8}, \"vision_config\": {}}");
        assertThat(Assessor.assess(folder))
                .returns(true, Assessment::mixtureOfExperts)
                .returns(true, Assessment::multimodal);
        write("config.json", "{\"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 4}}");
        assertThat(Assessor.assess(folder).message()).contains("gptq, 4 bits");
    }

    @Test
    void shardsAreReadThroughTheirIndexAndOnlyInTheFolder() throws Exception {
        write("config.json", "{}");
        write("model-1.safetensors", safetensors(tensor("a", "F32", "[4]", 0, 16), 16));
        write("model-2.safetensors", safetensors(tensor("b", "F32", "[2]", 0, 8), 8));
        assertUnreadable("2 .safetensors files but no index");

        write(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");
        assertThat(Assessor.assess(folder).parameters()).isEqualTo(6);

        write("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../model-1.safetensors\"}}");
        assertUnreadable("not there", "../model-1.safetensors");
    }

    @Test
    void aCheckpointThatIsCutOffOrLiesIsNamedAsSuch() throws Exception {
        byte[] whole = safetensors(tensor("a", "F32", "[4]", 0, 16), 16);
        write("model.safetensors", whole);
        assertUnreadable("needs its config.json");
        write("config.json", "{}");
        write("model.safetensors", Arrays.copyOf(whole, whole.length - 1));
        assertUnreadable("lead out of the file");
        write("model.safetensors", Arrays.copyOf(whole, 20));
        assertUnreadable("cut off");
        write("model.safetensors", safetensors(tensor("a", "F32", "[5]", 0, 16), 16));
        assertUnreadable("do not fit its shape");
        write("model.safetensors", safetensors(tensor("a", "F99", "[4]", 0, 16), 16));
        assertUnreadable("type of 'a' is not known");
        write("model.safetensors", safetensors(tensor("a", "F32", "[4]", 0, 16), 20));
        assertUnreadable("take 16 bytes, but 20 follow");
    }

    @Property(tries = 500)
    void aCheckpointWithOneByteChangedIsReadOrRefused(@ForAll @IntRange(max = 80) int place, @ForAll byte value)
            throws IOException {
        byte[] bytes = safetensors(tensor("a", "F32", "[4]", 0, 16), 16);
        bytes[Math.min(place, bytes.length - 1)] = value;
        readOrRefused("model.safetensors", bytes);
    }

    @Test
    void aPickleIsRefusedByName() throws Exception {
        write("config.json", "{}");
        write("pytorch_model.bin", "anything");
        assertUnreadable("pytorch_model.bin", "pickle");
    }

    @Test
    void weightsBesideAnOnnxMayBeBinaryButNoPickle() throws Exception {
        OnnxModels.write(folder, OnnxModels.perceptron(1, 2, 2, 2));
        write("weights.bin", new byte[8]);
        assertThat(Assessor.assess(folder).format()).isEqualTo(ModelFormat.ONNX);
        write("weights.bin", new byte[] {(byte) 0x80, 4, 'c', 'o', 's'});
        assertUnreadable("weights.bin", "pickle");
    }

    /** Anything but an assessment or {@link UnreadableModelException} fails the property. */
    private static void readOrRefused(String name, byte[] bytes) throws IOException {
        Path own = Files.createTempDirectory("weights");
        try {
            Files.writeString(own.resolve("config.json"), "{}");
            Files.write(own.resolve(name), bytes);
            assertThat(Assessor.assess(own).parameters()).isNotNegative();
        } catch (UnreadableModelException e) {
            assertThat(e).hasMessageContaining(name);
        } finally {
            Files.delete(own.resolve(name));
            Files.delete(own.resolve("config.json"));
            Files.delete(own);
        }
    }

    private void assertUnreadable(String... words) {
        assertThatThrownBy(() -> Assessor.assess(folder))
                .isInstanceOf(UnreadableModelException.class)
                .hasMessageContainingAll(words);
    }

    /** Two tensors: 32 elements of a type and four of float32. */
    private static byte[] llama(int type, int bytes) {
        return new GgufBytes()
                .field("general.architecture", "llama")
                .field("tokenizer.ggml.tokens", "a", "b")
                .field("llama.block_count", 1)
                .tensor("blk.0.attn_q.weight", type, bytes, 32)
                .tensor("output_norm.weight", 0, 16, 4)
                .bytes();
    }

    private static String tensor(String name, String type, String shape, long begin, long end) {
        return "{\"%s\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": [%d, %d]}}"
                .formatted(name, type, shape, begin, end);
    }

    private static byte[] safetensors(String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private void write(String name, String text) throws IOException {
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
    }
}
