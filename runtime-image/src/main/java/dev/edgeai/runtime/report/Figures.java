package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.Json;
import org.jspecify.annotations.Nullable;

import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them; a dash is not measured. */
final class Figures {
    static final String NONE = "–";

    private Figures() {}

    static String latency(@Nullable Long micros) {
        if (micros == null) {
            return NONE;
        }
        return micros < 1_000
                ? micros + " µs"
                : micros < 1_000_000 ? format("%.2f ms", micros / 1e3) : format("%.2f s", micros / 1e6);
    }

    static String bytes(@Nullable Long bytes) {
        if (bytes == null) {
            return NONE;
        }
        return bytes < 1_000_000 ? format("%.1f kB", bytes / 1e3) : format("%.1f MB", bytes / 1e6);
    }

    static String percent(@Nullable Decimal share) {
        return share == null ? NONE : format("%.1f %%", 100 * share.asDouble());
    }

    static String number(@Nullable Decimal value) {
        return value == null ? NONE : value.toString();
    }

    static String joules(@Nullable Decimal value) {
        return value == null ? NONE : value + " J";
    }

    /** Value, 95 % interval, samples. */
    static String estimate(@Nullable Estimate e) {
        return e == null
                ? NONE
                : "%s [%s, %s] of %d".formatted(short4(e.value()), short4(e.lower()), short4(e.upper()), e.samples());
    }

    /** An enum's constant as the API writes it, in lower case. */
    static String word(Enum<?> constant) {
        return Json.write(constant).replace("\"", "").toLowerCase(Locale.ROOT);
    }

    /** Four significant digits. */
    private static String short4(Decimal value) {
        return new Decimal(value.value().round(new MathContext(4))).toString();
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
