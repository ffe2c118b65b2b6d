package dev.edgeai.runtime.cli.options;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers as they are typed, with the range that makes sense. */
public final class NumberArgument {
    private static final int MAX_PORT = 65_535;

    private NumberArgument() {}

    /** 1 and more. */
    public static final class Positive implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, 1, Integer.MAX_VALUE);
        }
    }

    /** 0 and more. */
    public static final class NotNegative implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, 0, Integer.MAX_VALUE);
        }
    }

    /** A TCP port to listen on; 0 is any that is free. */
    public static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) within(text, 0, MAX_PORT);
        }
    }

    /** A size of memory or files: 1 and more. */
    public static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return within(text, 1, Long.MAX_VALUE);
        }
    }

    private static long within(String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new TypeConversionException(
                most == Integer.MAX_VALUE || most == Long.MAX_VALUE
                        ? "'%s' is no whole number of %d or more".formatted(text, least)
                        : "'%s' is no whole number from %d to %d".formatted(text, least, most));
    }
}
