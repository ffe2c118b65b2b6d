package dev.edgeai.runtime.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/**
 * A linear axis with round ends.
 *
 * @param low value at the origin
 * @param high value at the far end
 * @param step between two ticks
 */
record Scale(double low, double high, double step) {
    private static final int TICKS = 4;

    /**
     * Covers values.
     *
     * @param fromZero whether it begins at 0, so that twice as far is twice as much
     */
    static Scale covering(DoubleSummaryStatistics values, boolean fromZero) {
        double min = fromZero ? 0 : values.getMin();
        double max = Math.max(values.getMax(), min + Math.max(1e-6, Math.abs(min) * 1e-3));
        double step = round((max - min) / TICKS);
        return new Scale(Math.floor(min / step) * step, Math.ceil(max / step - 1e-9) * step, step);
    }

    /** From 0 to 1 along the axis. */
    double at(double value) {
        return (value - low) / (high - low);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; low + i * step <= high + step / 2; i++) {
            ticks.add(low + i * step);
        }
        return ticks;
    }

    /** A tick's value with as many digits as tell it from the next. */
    String label(double tick) {
        int digits = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
        return BigDecimal.valueOf(tick).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** The next of 1, 2, 5 times a power of ten. */
    private static double round(double raw) {
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        for (int factor : new int[] {1, 2, 5}) {
            if (raw <= factor * power * (1 + 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
