package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One answer, from a session that has read nothing.
 *
 * @param finish {@code stop} or {@code length}
 * @param promptTokens tokens read
 * @param tokens tokens written
 */
record Generation(String finish, int promptTokens, int tokens) {
    /** Is told how far a generation is; what it throws ends the generation. */
    interface Progress {
        /** Before each call of the engine. */
        void step();

        /** A token was written. */
        void token();
    }

    /**
     * Writes until the model or a stop sequence ends it, or the most tokens or the context is reached.
     *
     * @param pieces takes the text, bit by bit; what it throws ends the generation
     */
    static Generation run(
            LanguageModel model,
            LanguageSession session,
            CompletionRequest request,
            Consumer<String> pieces,
            Progress progress) {
        int[] prompt = request.prompt();
        CompletionRequest.Sampling sampling = request.sampling();
        Sampler sampler = new Sampler(sampling.temperature(), sampling.topP(), sampling.seed());
        TextPieces text = new TextPieces(request.stop());
        int most = Math.min(request.maxTokens(), model.contextLength() - prompt.length);
        float[] logits = read(session, prompt, progress);
        int written = 0;
        String finish = "length";
        while (written < most) {
            int token = sampler.choose(logits);
            if (model.endsGeneration(token)) {
                finish = "stop";
                break;
            }
            written++;
            progress.token();
            String piece = text.add(model.bytes(token));
            if (!piece.isEmpty()) {
                pieces.accept(piece);
            }
            if (text.stopped()) {
                finish = "stop";
                break;
            }
            if (written < most) {
                progress.step();
                logits = session.step(token);
            }
        }
        String rest = text.rest();
        if (!rest.isEmpty()) {
            pieces.accept(rest);
        }
        return new Generation(finish, prompt.length, written);
    }

    private static float[] read(LanguageSession session, int[] prompt, Progress progress) {
        float[] logits = {};
        for (int from = 0; from < prompt.length; from += LanguageSession.PROMPT_PART) {
            progress.step();
            logits = session.prefill(
                    Arrays.copyOfRange(prompt, from, Math.min(prompt.length, from + LanguageSession.PROMPT_PART)));
        }
        return logits;
    }

    /** The part of a stream that tells what it took, after the part that ended it. */
    Map<String, Object> usageOf(Map<String, Object> end) {
        Map<String, Object> part = new LinkedHashMap<>(end);
        part.put("choices", List.of());
        part.put("usage", usage());
        return part;
    }

    /** What it took, as the API tells it. */
    Map<String, Integer> usage() {
        return Map.of(
                "prompt_tokens", promptTokens, "completion_tokens", tokens, "total_tokens", promptTokens + tokens);
    }
}
