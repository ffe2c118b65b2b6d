package dev.edgeai.planner.rollout;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {
    @ParameterizedTest(name = "after try {0}: {1} s")
    @CsvSource({"1, 30", "2, 60", "3, 120", "6, 960", "7, 1800", "8, 1800", "2147483647, 1800"})
    void each_pause_is_twice_the_last_up_to_half_an_hour(int attempts, long seconds) {
        assertThat(Backoff.after(attempts)).hasSeconds(seconds);
    }
}
