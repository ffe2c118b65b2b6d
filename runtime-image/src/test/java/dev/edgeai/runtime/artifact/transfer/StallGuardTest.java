package dev.edgeai.runtime.artifact.transfer;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

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

        assertThatThrownBy(() -> guard.run("a file", _ -> {
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
    void whatIsWaitedForIsToldMeanwhile() {
        Logger logger = (Logger) LoggerFactory.getLogger(StallGuard.class);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        logger.addAppender(told);
        try {
            assertThatThrownBy(() -> guard.run("model.onnx for registry.example/digits", _ -> {
                        forever();
                        return "never";
                    }))
                    .isInstanceOf(IOException.class);
        } finally {
            logger.detachAppender(told);
        }

        assertThat(told.list)
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(line.getFormattedMessage())
                        .startsWith("model.onnx for registry.example/digits: no answer for "));
    }

    @Test
    void aSlowTransferThatMovesIsLeftAlone() throws Exception {
        String done = guard.run("a file", progress -> {
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
        assertThatThrownBy(() -> guard.run("a file", _ -> {
                    throw new UncheckedIOException(new IOException("own"));
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("own");
    }

    private static void forever() throws IOException {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(60);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
