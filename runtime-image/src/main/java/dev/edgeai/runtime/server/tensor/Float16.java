package dev.edgeai.runtime.server.tensor;

/** Half precision (IEEE 754 binary16) out of numbers of double precision. */
final class Float16 {
    /** The largest number that is rounded to a finite one, 65504. */
    static final double LARGEST_ROUNDED = Math.nextDown(65520.0);

    private Float16() {}

    /**
     * The bits of the nearest half, of two equally near the even one, as numpy has it. By way of a float that is rounded
     * to odd: by way of the nearest float a number would be rounded twice.
     *
     * @see <a href="https://doi.org/10.1109/TC.2007.70819">Boldo and Melquiond, Emulation of FMA and correctly rounded
     *     sums: proved algorithms using rounding to odd</a>
     */
    static short of(double value) {
        float nearest = (float) value;
        if (nearest == value || !Double.isFinite(value)) {
            return Float.floatToFloat16(nearest);
        }
        boolean away = Math.abs((double) nearest) > Math.abs(value);
        int towardsZero = Float.floatToRawIntBits(nearest) - (away ? 1 : 0);
        return Float.floatToFloat16(Float.intBitsToFloat(towardsZero | 1));
    }
}
