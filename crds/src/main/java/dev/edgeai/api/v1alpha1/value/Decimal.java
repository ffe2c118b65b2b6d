package dev.edgeai.api.v1alpha1.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * A decimal number that travels as a string ({@code "0.95"}), as the Kubernetes API conventions ask instead of floats.
 *
 * @param value the exact value
 */
public record Decimal(BigDecimal value) implements Comparable<Decimal> {
    /** What the schema accepts, besides whole numbers: no sign, no exponent. */
    public static final String NON_NEGATIVE = "^[0-9]+(\\.[0-9]+)?$";

    /** What the schema accepts of a share of a whole. */
    public static final String SHARE = "^(0(\\.[0-9]+)?|1(\\.0+)?)$";

    private static final MathContext SIX_DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);

    /** Equal numbers are equal values, however they are written. */
    public Decimal {
        BigDecimal plain = value.stripTrailingZeros();
        value = plain.scale() < 0 ? plain.setScale(0) : plain;
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Decimal of(String text) {
        return new Decimal(new BigDecimal(text));
    }

    /** Whole numbers may be written without quotes. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Decimal ofWhole(long value) {
        return new Decimal(BigDecimal.valueOf(value));
    }

    /** A measured value, kept to six significant digits: more would be noise in a status. */
    public static Decimal of(double value) {
        return new Decimal(new BigDecimal(value, SIX_DIGITS));
    }

    public double asDouble() {
        return value.doubleValue();
    }

    @Override
    public int compareTo(Decimal other) {
        return value.compareTo(other.value);
    }

    @JsonValue
    @Override
    public String toString() {
        return value.toPlainString();
    }
}
