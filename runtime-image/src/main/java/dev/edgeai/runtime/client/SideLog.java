package dev.edgeai.runtime.client;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.trial.WarmupResult.Side;
import dev.edgeai.api.trial.WarmupResultSideBuilder;
import dev.edgeai.runtime.client.InferenceFailedException.Kind;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** How each request to one version ended. */
final class SideLog {
    private static final int SHOWN_CHARACTERS = 300; // of an error, so that two sides fit a termination message

    /**
     * One request.
     *
     * @param sample it sent
     * @param answer the class; empty when there was no valid answer
     * @param micros of waiting; empty when that says nothing of the model
     */
    record Ended(int sample, OptionalInt answer, OptionalLong micros) {}

    private final List<Ended> ended = new ArrayList<>();
    private final Map<Kind, Integer> failures = new EnumMap<>(Kind.class);
    private @Nullable String firstModelError;
    private @Nullable String firstOther;

    /** Sends one sample over a connection of its own. */
    Ended send(Endpoint endpoint, String model, Duration timeout, SampleSet.Request request, int sample)
            throws InterruptedException {
        long start = System.nanoTime();
        try (InferenceClient client = endpoint.probing(model, timeout)) {
            int answer = request.answer(client, sample);
            return add(new Ended(sample, OptionalInt.of(answer), OptionalLong.of(since(start))));
        } catch (InferenceFailedException e) {
            return failed(sample, since(start), e.kind(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) { // an answer that is well formed and not this model's
            return failed(sample, since(start), Kind.MODEL, String.valueOf(e.getMessage()));
        }
    }

    private static long since(long start) {
        return Math.max(1, (System.nanoTime() - start) / 1_000);
    }

    private synchronized Ended failed(int sample, long micros, Kind kind, String message) {
        failures.merge(kind, 1, Integer::sum);
        String text = "sample " + sample + ": " + message;
        text = text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
        if (kind == Kind.MODEL) {
            firstModelError = firstModelError == null ? text : firstModelError;
        } else {
            firstOther = firstOther == null ? text : firstOther;
        }
        boolean waited = kind == Kind.TIMED_OUT; // it took at least this long
        return add(new Ended(sample, OptionalInt.empty(), waited ? OptionalLong.of(micros) : OptionalLong.empty()));
    }

    private synchronized Ended add(Ended request) {
        ended.add(request);
        return request;
    }

    /** Those that were answered, as they came. */
    synchronized List<Ended> answered() {
        return ended.stream().filter(e -> e.answer().isPresent()).toList();
    }

    synchronized int requests() {
        return ended.size();
    }

    synchronized Side side() {
        long[] micros =
                ended.stream().flatMapToLong(e -> e.micros().stream()).sorted().toArray();
        return WarmupResultSideBuilder.builder()
                .requests(ended.size())
                .answered(answered().size())
                .modelErrors(count(Kind.MODEL))
                .refused(count(Kind.REFUSED))
                .timedOut(count(Kind.TIMED_OUT))
                .unreachable(count(Kind.UNREACHABLE))
                .p50(quantile(micros, 0.5))
                .p95(quantile(micros, 0.95))
                .firstModelError(firstModelError)
                .firstOther(firstOther)
                .build();
    }

    synchronized Optional<String> firstError() {
        return Optional.ofNullable(firstModelError).or(() -> Optional.ofNullable(firstOther));
    }

    private int count(Kind kind) {
        return failures.getOrDefault(kind, 0);
    }

    private static WarmupResult.@Nullable Micros quantile(long[] sorted, double q) {
        if (sorted.length == 0) {
            return null;
        }
        Ranks ranks = Ranks.of(sorted.length, q);
        return new WarmupResult.Micros(sorted[ranks.value()], sorted[ranks.lower()], sorted[ranks.upper()]);
    }
}
