package dev.edgeai.runtime.server.process;

import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A few inferences before the first request, so that it does not pay for what an engine does at first use. Their inputs
 * are a guess: that a model does not take them says nothing against it.
 */
final class StartupInference {
    private static final Logger LOG = LoggerFactory.getLogger(StartupInference.class);
    private static final int TIMES = 3;
    private static final short HALF_ONE = Float.floatToFloat16(1);

    private StartupInference() {}

    /** Infers what {@link #guess} makes up. */
    static void run(LoadedModel model) {
        Map<String, Tensor> inputs = guess(model);
        try {
            for (int i = 0; i < TIMES; i++) {
                model.infer(inputs);
            }
        } catch (EngineException e) {
            warn(String.valueOf(e.getMessage()));
        }
    }

    /** Says that there was none. */
    static void warn(String why) {
        LOG.warn(
                "no inference before the first request, which will be slower, for ones do not suit the model: {}", why);
    }

    /**
     * Reads a short prompt and writes a token.
     *
     * @throws EngineException the model does not infer
     */
    static void run(LanguageModel model) {
        int[] prompt = model.tokenize("Hello", true, false);
        try (LanguageSession session = model.open()) {
            session.prefill(prompt);
            session.step(prompt[prompt.length - 1]);
        }
    }

    /** Ones, which a divisor, a step or a size may be, and zeros may not; open dimensions are taken as 1. */
    static Map<String, Tensor> guess(LoadedModel model) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        model.inputs().forEach(input -> inputs.put(input.name(), ones(input)));
        return inputs;
    }

    private static Tensor ones(TensorInfo input) {
        long[] shape = input.shape().stream()
                .mapToLong(dimension -> dimension < 0 ? 1 : dimension)
                .toArray();
        Tensor tensor = Tensor.allocate(input.type(), shape);
        ByteBuffer data = tensor.data();
        while (data.hasRemaining()) {
            switch (input.type()) {
                case BOOL, UINT8, INT8 -> data.put((byte) 1);
                case UINT16, INT16 -> data.putShort((short) 1);
                case UINT32, INT32 -> data.putInt(1);
                case UINT64, INT64 -> data.putLong(1);
                case FP16 -> data.putShort(HALF_ONE);
                case FP32 -> data.putFloat(1);
                case FP64 -> data.putDouble(1);
            }
        }
        data.rewind();
        return tensor;
    }
}
