package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.measurement.Measurement.Generation;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;

import java.util.stream.LongStream;

/** How long a language model took to its first token and from token to token, over many requests; nanoseconds. */
public final class GenerationTimes {
    private final LongStream.Builder first = LongStream.builder();
    private final LongStream.Builder next = LongStream.builder();

    void first(long nanos) {
        first.add(nanos);
    }

    void next(long nanos) {
        next.add(nanos);
    }

    /** All that was timed, warming up included, which medians do not notice. To be asked once. */
    public Generation with(Estimate perplexity) {
        double toFirst =
                Timings.QUANTILE.evaluate(first.build().asDoubleStream().toArray(), 0.5);
        double[] nexts = Timings.QUANTILE.evaluate(next.build().asDoubleStream().toArray(), 0.5, 0.95);
        double between = nexts[0];
        return new Generation(
                perplexity,
                micros(toFirst),
                micros(between),
                micros(nexts[1]),
                Decimal.of(GenerationRequest.PROMPT * 1e9 / toFirst),
                Decimal.of(1e9 / between));
    }

    private static long micros(double nanos) {
        return Math.max(1, Math.round(nanos / 1_000));
    }
}
