package dev.edgeai.runtime.server.completion;

import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LanguageSession;
import dev.edgeai.runtime.server.Admission;
import dev.edgeai.runtime.server.Caller;
import dev.edgeai.runtime.server.RefusedException;
import dev.edgeai.runtime.server.ServerMetrics;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Writes text for callers as long as they are there, and counts tokens. */
final class Generator {
    private final LanguageModel model;
    private final DistributionDataPoint firstToken;
    private final DistributionDataPoint betweenTokens;
    private final CounterDataPoint generated;
    private final CounterDataPoint prompted;

    /** Reading takes memory, and holds a carrier thread while a text is cut into tokens. */
    private final Semaphore readers =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

    Generator(LanguageModel model, ServerMetrics metrics) {
        this.model = model;
        firstToken = metrics.seconds(
                "edgeai_time_to_first_token_seconds", "From the body read to the first token, waiting included");
        betweenTokens = metrics.seconds("edgeai_inter_token_seconds", "From one token to the next");
        generated = metrics.counter("edgeai_generated_tokens_total", "Tokens written");
        prompted = metrics.counter("edgeai_prompt_tokens_total", "Tokens of prompts read");
    }

    /** @param start when its body was read, {@link System#nanoTime} */
    record Task(CompletionRequest request, Admission.Place place, long start) {}

    /**
     * A request, read from its body; few at once.
     *
     * @param served name of the model that is served
     * @throws RefusedException it is not taken
     */
    CompletionRequest read(byte[] body, String served, CompletionApi api) throws IOException {
        readers.acquireUninterruptibly();
        try {
            return CompletionRequest.read(body, served, api, model);
        } finally {
            readers.release();
        }
    }

    /**
     * Writes an answer, on the thread of its caller.
     *
     * @param pieces takes the text, bit by bit; what it throws ends the generation
     * @throws RefusedException 503, the request's deadline came first
     */
    Generation run(Task task, Consumer<String> pieces) {
        Caller.current().watch();
        return task.place().run(() -> {
            try (LanguageSession session = model.open()) {
                prompted.inc(task.request().prompt().length);
                return Generation.run(model, session, task.request(), pieces, new Watched(task, Caller.current()));
            }
        });
    }

    /** A generation that is counted, and ends with its caller and at its deadline. */
    private final class Watched implements Generation.Progress {
        private final Task task;
        private final Caller caller;
        private long last;

        Watched(Task task, Caller caller) {
            this.task = task;
            this.caller = caller;
        }

        @Override
        public void step() {
            task.place().progressed();
            if (caller.hasLeft()) {
                throw caller.left();
            }
            if (task.place().left().isNegative()) {
                throw RefusedException.overloaded("the answer was not complete at the request's deadline; ask for"
                        + " fewer tokens, 'max_tokens', or add replicas");
            }
        }

        @Override
        public void token() {
            long now = System.nanoTime();
            if (last == 0) {
                firstToken.observe((now - task.start()) / 1e9);
            } else {
                betweenTokens.observe((now - last) / 1e9);
            }
            last = now;
            generated.inc();
        }
    }
}
