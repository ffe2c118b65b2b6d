package dev.edgeai.planner.analysis;

/**
 * Score interval of a share (E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
 * JASA 22, 1927). Unlike the normal approximation it is honest for few samples and for shares near 0 and 1.
 */
final class Wilson {
    /** Two-sided 95 %. */
    static final double Z_95 = 1.959964;

    static double lower(double hits, double samples, double z) {
        return samples == 0 ? 0 : Math.max(0, centre(hits, samples, z) - margin(hits, samples, z));
    }

    static double upper(double hits, double samples, double z) {
        return samples == 0 ? 1 : Math.min(1, centre(hits, samples, z) + margin(hits, samples, z));
    }

    private static double centre(double hits, double n, double z) {
        return (hits / n + z * z / (2 * n)) / (1 + z * z / n);
    }

    private static double margin(double hits, double n, double z) {
        double p = hits / n;
        return z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    }

    private Wilson() {}
}
