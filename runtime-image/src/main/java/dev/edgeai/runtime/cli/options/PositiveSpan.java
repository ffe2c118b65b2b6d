package dev.edgeai.runtime.cli.options;

import dev.edgeai.api.v1alpha1.value.TimeSpan;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration above 0, written as in manifests. */
public final class PositiveSpan implements ITypeConverter<TimeSpan> {
    @Override
    public TimeSpan convert(String text) {
        try {
            TimeSpan span = new TimeSpan(text);
            if (span.duration().isPositive()) {
                return span;
            }
            throw new TypeConversionException("'" + text + "' is no time; " + TimeSpan.SOME_MESSAGE);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
