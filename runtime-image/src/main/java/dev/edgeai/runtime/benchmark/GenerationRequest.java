package dev.edgeai.runtime.benchmark;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;

import java.util.Arrays;

/**
 * A language model and the one request that it gets again and again: it reads a prompt of {@value #PROMPT} tokens and
 * writes {@value #ANSWER}. The tokens it writes are given, so that all models do the same work.
 */
public final class GenerationRequest implements Workload, Workload.Request {
    public static final int PROMPT = 32;
    public static final int ANSWER = 16;

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
    public Request request(int number) {
        return this;
    }

    @Override
    public Integer size() {
        return PROMPT + ANSWER;
    }

    @Override
    public void run() {
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
    }

    @Override
    public void close() {
        session.close();
        model.close();
    }
}
