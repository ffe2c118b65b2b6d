package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a finished run that nobody owns has been kept long enough. */
public final class RunExpiry {
    private RunExpiry() {}

    /**
     * Time until the run may be deleted, zero or less when it is due; absent when it stays: it has no
     * {@code ttlAfterFinished}, an owner that decides about it, or has not finished.
     *
     * @param owned whether an EdgeModel owns the run
     */
    public static Optional<Duration> left(
            OptimizationRunSpec spec, OptimizationRunStatus status, boolean owned, Instant now) {
        @Nullable TimeSpan ttl = spec.ttlAfterFinished();
        @Nullable String finished = status.completionTime();
        return owned || ttl == null || finished == null
                ? Optional.empty()
                : Optional.of(Duration.between(now, Instant.parse(finished).plus(ttl.duration())));
    }
}
