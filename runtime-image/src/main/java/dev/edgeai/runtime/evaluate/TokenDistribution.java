package dev.edgeai.runtime.evaluate;

/** Next-token distributions, from logits; natural logarithms. */
final class TokenDistribution {
    private TokenDistribution() {}

    /** Logarithms of the softmax of logits. */
    static double[] logProbabilities(float[] logits) {
        double max = logits[mostLikely(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        double logSum = max + Math.log(sum);
        double[] logs = new double[logits.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = logits[i] - logSum;
        }
        return logs;
    }

    /** Kullback-Leibler divergence of {@code other} from {@code reference}, nats. Rounding below 0 counts as 0. */
    static double divergence(double[] reference, double[] other) {
        double sum = 0;
        for (int i = 0; i < reference.length; i++) {
            double probability = Math.exp(reference[i]);
            sum += probability == 0 ? 0 : probability * (reference[i] - other[i]);
        }
        return Math.max(0, sum);
    }

    /** Index of the highest logit, the first of equals. */
    static int mostLikely(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}
