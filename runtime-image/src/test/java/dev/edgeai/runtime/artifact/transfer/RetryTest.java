package dev.edgeai.runtime.artifact.transfer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RetryTest {
    private Instant now = Instant.EPOCH;
    private final List<Duration> pauses = new ArrayList<>();
    private final Retry retry = new Retry(Duration.ofSeconds(60), () -> now, pause -> {
        pauses.add(pause);
        now = now.plus(pause);
    });

    @Test
    void pausesGrowAndEndWithTheWindow() {
        assertThatThrownBy(() -> retry.call(() -> {
                    throw failure(TransferException.Kind.UNAVAILABLE);
                }))
                .isInstanceOf(TransferException.class);

        assertThat(pauses.subList(0, 6))
                .extracting(Duration::toMillis)
                .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 10_000L);
        assertThat(Duration.between(Instant.EPOCH, now)).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
    }

    @Test
    void anAnswerEndsIt() {
        int answer = retry.call(() -> {
            if (pauses.size() < 3) {
                throw failure(TransferException.Kind.UNAVAILABLE);
            }
            return 7;
        });

        assertThat(answer).isEqualTo(7);
        assertThat(pauses).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNAVAILABLE")
    void whatWaitingDoesNotChangeIsNotTriedAgain(TransferException.Kind kind) {
        assertThatThrownBy(() -> retry.call(() -> {
                    throw failure(kind);
                }))
                .isInstanceOf(TransferException.class);

        assertThat(pauses).isEmpty();
    }

    @Test
    void aLongTransferThatBreaksOffGetsANewWindow() {
        List<Integer> attempts = new ArrayList<>();

        String answer = retry.call(() -> {
            attempts.add(attempts.size());
            if (attempts.size() < 4) {
                now = now.plus(Duration.ofMinutes(10));
                throw failure(TransferException.Kind.UNAVAILABLE);
            }
            return "whole";
        });

        assertThat(answer).isEqualTo("whole");
        assertThat(pauses).extracting(Duration::toMillis).containsExactly(500L, 500L, 500L);
    }

    private static TransferException failure(TransferException.Kind kind) {
        return new TransferException(kind, "No.");
    }
}
