package dev.edgeai.runtime.client;

/**
 * Where a quantile and the ends of its 95 % interval stand among sorted observations: of n about n q ± 1.96 sqrt(n q
 * (1-q)) lie below it, whatever the distribution.
 */
record Ranks(int value, int lower, int upper) {
    private static final double Z_95 = 1.959964;

    /** @param n at least 1 */
    static Ranks of(int n, double q) {
        double spread = Z_95 * Math.sqrt(n * q * (1 - q));
        return new Ranks(
                at(Math.ceil(n * q) - 1, n), at(Math.floor(n * q - spread) - 1, n), at(Math.ceil(n * q + spread), n));
    }

    private static int at(double rank, int n) {
        return (int) Math.clamp(rank, 0, n - 1);
    }
}
