package dev.edgeai.runtime.artifact.transfer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StallGuardTest {
    private final StallGuard guard = new StallGuard(Duration.ofMillis(500));

    @Test
    void aTransferOnWhichNothingMovesIsInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);

        assertThatThrownBy(() -> guard.run(_ -> {
                    try {
                        return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw new IOException(e);
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no byte moved");
        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSlowTransferThatMovesIsLeftAlone() throws Exception {
        String done = guard.run(progress -> {
            for (int i = 0; i < 12; i++) {
                pause();
                progress.moved(1);
            }
            return "done";
        });

        assertThat(done).isEqualTo("done");
    }

    @Test
    void whatATransferThrowsComesThrough() {
        assertThatThrownBy(() -> guard.run(_ -> {
                    throw new UncheckedIOException(new IOException("own"));
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("own");
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(60);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
