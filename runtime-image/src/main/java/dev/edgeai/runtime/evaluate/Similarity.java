package dev.edgeai.runtime.evaluate;

/** How alike two vectors are. */
final class Similarity {
    private Similarity() {}

    /** The cosine of two vectors; of two single numbers, whose cosine is always 1 or -1, 1 - |a - b| / max(|a|, |b|). */
    static double of(float[] one, float[] other) {
        if (one.length != 1) {
            return cosine(one, other);
        }
        double largest = Math.max(Math.abs(one[0]), Math.abs(other[0]));
        double likeness = largest == 0 ? 1 : 1 - Math.abs((double) one[0] - other[0]) / largest;
        return Double.isFinite(likeness) ? Math.max(0, likeness) : 0;
    }

    /** Cosine of the angle; 0 when a vector is not finite or one alone is zero, 1 when both are zero. */
    static double cosine(float[] one, float[] other) {
        double dot = 0;
        double oneSquared = 0;
        double otherSquared = 0;
        for (int i = 0; i < one.length; i++) {
            dot += (double) one[i] * other[i];
            oneSquared += (double) one[i] * one[i];
            otherSquared += (double) other[i] * other[i];
        }
        if (oneSquared == 0 && otherSquared == 0) {
            return 1;
        }
        double cosine = dot / Math.sqrt(oneSquared * otherSquared);
        return Double.isFinite(cosine) ? Math.clamp(cosine, -1, 1) : 0;
    }

    /** Largest difference of two elements; infinite when a value is not finite. */
    static double maxError(float[] one, float[] other) {
        double max = 0;
        for (int i = 0; i < one.length; i++) {
            double error = Math.abs((double) one[i] - other[i]);
            max = Double.isFinite(error) ? Math.max(max, error) : Double.POSITIVE_INFINITY;
        }
        return max;
    }
}
