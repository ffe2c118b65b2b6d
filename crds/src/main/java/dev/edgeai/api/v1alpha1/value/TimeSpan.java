package dev.edgeai.api.v1alpha1.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time as Kubernetes writes it: {@code "50ms"}, {@code "30s"}, {@code "1h30m"}.
 *
 * @param text as written
 */
public record TimeSpan(@JsonValue String text) {
    /** What the schema accepts: so many digits that no sum of parts overflows. */
    public static final String PATTERN = "^([0-9]{1,7}(ms|s|m|h))+$";

    /** CEL: where nothing at all makes no sense. */
    public static final String SOME = "self.matches('[1-9]')";

    public static final String SOME_MESSAGE = "give more than 0, for example 50ms, 30s or 1h30m";

    private static final Pattern PART = Pattern.compile("([0-9]+)(ms|s|m|h)");

    @JsonCreator
    public TimeSpan {
        if (!text.matches(PATTERN)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a duration; write a number and a unit, for example 50ms, 30s, 10m or 1h");
        }
    }

    public Duration duration() {
        Duration total = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            long n = Long.parseLong(part.group(1));
            total = total.plus(
                    switch (part.group(2)) {
                        case "ms" -> Duration.ofMillis(n);
                        case "s" -> Duration.ofSeconds(n);
                        case "m" -> Duration.ofMinutes(n);
                        default -> Duration.ofHours(n);
                    });
        }
        return total;
    }

    @Override
    public String toString() {
        return text;
    }
}
