package dev.edgeai.runtime.benchmark;

import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One request to a language model as one inference: it reads a prompt of {@value #PROMPT} tokens and writes
 * {@value #ANSWER}. The tokens it writes are given, so that all models do the same work.
 */
public final class GenerationRequest implements LoadedModel {
    public static final int PROMPT = 32;
    public static final int ANSWER = 16;

    private static final Map<String, Tensor> DONE = Map.of("done", Tensor.allocate(DataType.FP32, 1));

    private final LanguageModel model;
    private final LanguageSession session;
    private final int[] prompt;
    private final int[] answer;
    private final GenerationTimes times;

    /**
     * @param model closed with this
     * @param tokens {@value #PROMPT} + {@value #ANSWER} tokens of a text
     * @param times told each step
     */
    public GenerationRequest(LanguageModel model, int[] tokens, GenerationTimes times) {
        this.model = model;
        this.session = model.open();
        this.prompt = Arrays.copyOf(tokens, PROMPT);
        this.answer = Arrays.copyOfRange(tokens, PROMPT, PROMPT + ANSWER);
        this.times = times;
    }

    @Override
    public List<TensorInfo> inputs() {
        return List.of();
    }

    @Override
    public List<TensorInfo> outputs() {
        return List.of();
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
        long start = System.nanoTime();
        session.reset();
        session.prefill(prompt);
        long last = System.nanoTime();
        times.first(last - start);
        for (int token : answer) {
            session.step(token);
            long now = System.nanoTime();
            times.next(now - last);
            last = now;
        }
        return DONE;
    }

    @Override
    public void close() {
        session.close();
        model.close();
    }
}
