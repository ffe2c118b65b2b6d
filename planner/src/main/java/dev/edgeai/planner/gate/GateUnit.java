package dev.edgeai.planner.gate;

import java.util.Locale;

/** How a gate's value is written for people. */
enum GateUnit {
    TIMES,
    PERCENT,
    MILLISECONDS,
    BYTES,
    NATS,
    JOULES;

    String text(double value) {
        return switch (this) {
            case TIMES -> trimmed("%.2f", value) + "x";
            case PERCENT -> trimmed("%.2f", 100 * value) + " %";
            case MILLISECONDS -> trimmed("%.3f", value) + " ms";
            case BYTES -> trimmed("%.2f", value / (1 << 20)) + " MiB";
            case NATS -> trimmed("%.4f", value) + " nats";
            case JOULES -> trimmed("%.6f", value) + " J";
        };
    }

    /** By how much a value misses: points for shares, the unit itself for the rest. */
    String gap(double gap) {
        return this == PERCENT ? trimmed("%.2f", 100 * gap) + " points" : text(gap);
    }

    private static String trimmed(String format, double value) {
        String text = String.format(Locale.ROOT, format, value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
