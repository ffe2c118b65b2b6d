package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;

import java.util.function.Consumer;

/**
 * One answer, from a session that has read nothing.
 *
 * @param finish {@code stop} or {@code length}
 * @param promptTokens tokens read
 * @param tokens tokens written
 */
record Generation(String finish, int promptTokens, int tokens) {
    /**
     * Writes until the model or a stop sequence ends it, or the most tokens or the context is reached.
     *
     * @param pieces takes the text, bit by bit; what it throws ends the generation
     * @param onToken called at each token
     */
    static Generation run(
            LanguageModel model,
            LanguageSession session,
            int[] prompt,
            CompletionRequest request,
            Consumer<String> pieces,
            Runnable onToken) {
        Sampler sampler = new Sampler(request.temperature(), request.topP(), request.seed());
        TextPieces text = new TextPieces(request.stop());
        int most = Math.min(request.maxTokens(), model.contextLength() - prompt.length);
        float[] logits = session.prefill(prompt);
        int written = 0;
        String finish = "length";
        while (written < most) {
            int token = sampler.choose(logits);
            if (model.endsGeneration(token)) {
                finish = "stop";
                break;
            }
            written++;
            onToken.run();
            String piece = text.add(model.bytes(token));
            if (!piece.isEmpty()) {
                pieces.accept(piece);
            }
            if (text.stopped()) {
                finish = "stop";
                break;
            }
            if (written < most) {
                logits = session.step(token);
            }
        }
        String rest = text.rest();
        if (!rest.isEmpty()) {
            pieces.accept(rest);
        }
        return new Generation(finish, prompt.length, written);
    }
}
