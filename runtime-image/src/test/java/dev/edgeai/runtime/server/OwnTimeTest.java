package dev.edgeai.runtime.server;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class OwnTimeTest {
    /** As where a pod has a fiftieth of a core: whoever could read has no turn. */
    @Test
    void itStandsStillWhileNothingHereGetsATurn() throws Exception {
        long own = OwnTime.nanos();
        TimeUnit.MILLISECONDS.sleep(300);
        assertThat(OwnTime.nanos() - own).as("of 300 ms").isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100));

        int carriers = Runtime.getRuntime().availableProcessors();
        CountDownLatch begun = new CountDownLatch(carriers);
        long wall = System.nanoTime();
        own = OwnTime.nanos();
        Thread[] busy = new Thread[carriers];
        for (int i = 0; i < carriers; i++) {
            busy[i] = Thread.ofVirtual().start(() -> {
                begun.countDown();
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
                while (System.nanoTime() < end) {
                    Thread.onSpinWait(); // keeps its carrier, as an inference does
                }
            });
        }
        for (Thread thread : busy) {
            thread.join();
        }

        assertThat(System.nanoTime() - wall).isGreaterThan(TimeUnit.SECONDS.toNanos(3));
        assertThat(OwnTime.nanos() - own).as("of 3 s").isLessThan(TimeUnit.MILLISECONDS.toNanos(1500));
    }
}
