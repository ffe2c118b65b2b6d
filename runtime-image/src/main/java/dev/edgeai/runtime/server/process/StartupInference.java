package dev.edgeai.runtime.server.process;

import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.LinkedHashMap;
import java.util.Map;

/** A few inferences before the first request, so that it does not pay for what an engine does at first use. */
final class StartupInference {
    private static final Logger LOG = LoggerFactory.getLogger(StartupInference.class);
    private static final int TIMES = 3;

    private StartupInference() {}

    /**
     * Infers zeros; open dimensions are taken as 1.
     *
     * @throws EngineException a model whose shapes are all fixed does not infer
     */
    static void run(LoadedModel model) {
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        model.inputs().forEach(input -> zeros.put(input.name(), zeros(input)));
        try {
            for (int i = 0; i < TIMES; i++) {
                model.infer(zeros);
            }
        } catch (EngineException e) {
            boolean guessed = model.inputs().stream()
                    .anyMatch(input -> input.shape().stream().anyMatch(dimension -> dimension < 0));
            if (!guessed) {
                throw e;
            }
            LOG.warn(
                    "no inference before the first request, for 1 in place of the open dimensions of {} does not"
                            + " suit the model: {}",
                    model.inputs(),
                    e.getMessage());
        }
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

    private static Tensor zeros(TensorInfo input) {
        long[] shape = input.shape().stream()
                .mapToLong(dimension -> dimension < 0 ? 1 : dimension)
                .toArray();
        return Tensor.allocate(input.type(), shape);
    }
}
