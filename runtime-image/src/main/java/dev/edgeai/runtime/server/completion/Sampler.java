package dev.edgeai.runtime.server.completion;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Chooses the next token from logits: the most likely at temperature 0, else by chance among the likeliest that make up
 * top-p. Written here because the logits are at hand and the same seed has to give the same text in any engine.
 */
final class Sampler {
    private final double temperature;
    private final double topP;
    private final SplittableRandom random;

    Sampler(double temperature, double topP, long seed) {
        this.temperature = temperature;
        this.topP = topP;
        random = new SplittableRandom(seed);
    }

    int choose(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        if (temperature == 0) {
            return best;
        }
        float[] weights = new float[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            weights[i] = (float) Math.exp((logits[i] - logits[best]) / temperature);
            sum += weights[i];
        }
        int[] order = likeliestFirst(weights, (1 - topP) * sum / weights.length);
        int kept = 0;
        double mass = 0;
        while (kept < order.length && (kept == 0 || mass < topP * sum)) {
            mass += weights[order[kept++]];
        }
        double at = random.nextDouble() * mass;
        for (int i = 0; i < kept - 1; i++) {
            at -= weights[order[i]];
            if (at < 0) {
                return order[i];
            }
        }
        return order[kept - 1];
    }

    /**
     * Tokens of at least that weight. All others together weigh less than what top-p leaves out, which keeps the sort
     * short.
     */
    private static int[] likeliestFirst(float[] weights, double least) {
        return IntStream.range(0, weights.length)
                .filter(i -> weights[i] >= least)
                // bits of positive floats are in their order; the token makes equal weights differ
                .mapToLong(i -> -((long) Float.floatToIntBits(weights[i]) << Integer.SIZE) + i)
                .sorted()
                .mapToInt(key -> (int) key)
                .toArray();
    }
}
