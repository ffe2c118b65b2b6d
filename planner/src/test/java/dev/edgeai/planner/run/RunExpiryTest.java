package dev.edgeai.planner.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class RunExpiryTest {
    private static final String FINISHED = "{\"completionTime\": \"2026-01-01T00:00:00Z\"}";

    @Test
    void timeIsLeftUntilTheTtlAfterTheEnd() throws JsonProcessingException {
        assertThat(left("{\"ttlAfterFinished\": \"1h\"}", FINISHED, false, "2026-01-01T00:20:00Z"))
                .contains(Duration.ofMinutes(40));
        assertThat(left("{\"ttlAfterFinished\": \"1h\"}", FINISHED, false, "2026-01-01T01:00:00Z"))
                .contains(Duration.ZERO);
    }

    @Test
    void withoutTtlOrUnfinishedOrOwnedItStays() throws JsonProcessingException {
        assertThat(left("{}", FINISHED, false, "2027-01-01T00:00:00Z")).isEmpty();
        assertThat(left("{\"ttlAfterFinished\": \"1h\"}", "{}", false, "2027-01-01T00:00:00Z"))
                .isEmpty();
        assertThat(left("{\"ttlAfterFinished\": \"1h\"}", FINISHED, true, "2027-01-01T00:00:00Z"))
                .isEmpty();
    }

    private static Optional<Duration> left(String spec, String status, boolean owned, String now)
            throws JsonProcessingException {
        JsonMapper json = new JsonMapper();
        return RunExpiry.left(
                json.readValue(spec, OptimizationRunSpec.class),
                json.readValue(status, OptimizationRunStatus.class),
                owned,
                Instant.parse(now));
    }
}
