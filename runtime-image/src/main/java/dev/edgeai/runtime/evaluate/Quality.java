package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.dataset.AnswerReader;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Task metrics of classifiers. Answers and labels are classes sample by sample: labels from 0, answers from 0 or
 * {@link AnswerReader#NO_CLASS}.
 */
public final class Quality {
    private static final int RESAMPLES = 2_000;

    private Quality() {}

    /** Share of right answers, with Wilson's interval. */
    public static Estimate accuracy(int[] answers, long[] labels) {
        int right = 0;
        for (int i = 0; i < answers.length; i++) {
            right += answers[i] == labels[i] ? 1 : 0;
        }
        return Intervals.wilson(right, answers.length);
    }

    /** Share of samples on which two models give the same answer, with Wilson's interval. */
    public static Estimate agreement(int[] one, int[] other) {
        int same = 0;
        for (int i = 0; i < one.length; i++) {
            same += one[i] == other[i] ? 1 : 0;
        }
        return Intervals.wilson(same, one.length);
    }

    /** Mean of the F1 scores of the classes that occur as label or answer, with a bootstrap interval. */
    public static Estimate macroF1(int[] answers, long[] labels, long seed) {
        int classes = classes(answers, labels);
        return Intervals.bootstrap(answers.length, seed, indices -> f1(answers, labels, classes, indices));
    }

    /** The variant's macro F1 over the baseline's, resampled in pairs. */
    public static Estimate macroF1Retention(int[] baseline, int[] variant, long[] labels, long seed) {
        int classes = Math.max(classes(baseline, labels), classes(variant, labels));
        return Intervals.bootstrap(
                labels.length,
                seed,
                indices -> f1(variant, labels, classes, indices) / f1(baseline, labels, classes, indices));
    }

    /**
     * The variant's accuracy over the baseline's. Samples are resampled in pairs; as only the four counts "which of the
     * two was right" matter, that is a draw from them. Half a sample is added to each (Agresti and Min 2005), else no
     * disagreement among few samples would claim a certainty that they do not give.
     */
    public static Estimate accuracyRetention(int[] baseline, int[] variant, long[] labels, long seed) {
        int[] counts = new int[4];
        for (int i = 0; i < labels.length; i++) {
            counts[(baseline[i] == labels[i] ? 2 : 0) + (variant[i] == labels[i] ? 1 : 0)]++;
        }
        double[] cumulative = new double[4];
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            sum += (counts[i] + 0.5) / (labels.length + 2.0);
            cumulative[i] = sum;
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] resampled = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            int[] drawn = new int[4];
            for (int i = 0; i < labels.length; i++) {
                double u = random.nextDouble();
                drawn[u < cumulative[0] ? 0 : u < cumulative[1] ? 1 : u < cumulative[2] ? 2 : 3]++;
            }
            resampled[r] = ratio(drawn);
        }
        return Intervals.percentiles(ratio(counts), resampled, labels.length);
    }

    private static double ratio(int[] counts) {
        int baselineRight = counts[2] + counts[3];
        return baselineRight == 0 ? 0 : (double) (counts[1] + counts[3]) / baselineRight;
    }

    private static int classes(int[] answers, long[] labels) {
        return 1
                + (int) Math.max(
                        Arrays.stream(labels).max().orElse(0),
                        Arrays.stream(answers).max().orElse(0));
    }

    private static double f1(int[] answers, long[] labels, int classes, int[] indices) {
        int[] right = new int[classes];
        int[] answered = new int[classes];
        int[] labelled = new int[classes];
        for (int i : indices) {
            labelled[(int) labels[i]]++;
            if (answers[i] >= 0) {
                answered[answers[i]]++;
                right[answers[i]] += answers[i] == labels[i] ? 1 : 0;
            }
        }
        double sum = 0;
        int occurring = 0;
        for (int c = 0; c < classes; c++) {
            if (answered[c] + labelled[c] > 0) {
                occurring++;
                sum += 2.0 * right[c] / (answered[c] + labelled[c]);
            }
        }
        return occurring == 0 ? 0 : sum / occurring;
    }
}
