package dev.edgeai.runtime.benchmark;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class CpuWaitMeterTest {
    @TempDir
    Path folder;

    private ProcFiles kernel;

    @BeforeEach
    void start() {
        kernel = new ProcFiles(folder);
        kernel.thread(1, 1_000, 500);
        kernel.thread(2, 50, 0);
    }

    @Test
    void countsWhatAllThreadsRanAndWaitedSinceAReading() {
        CpuWaitMeter.Reading before = kernel.meter().read();
        kernel.thread(1, 1_060, 560);
        kernel.thread(2, 60, 30);
        kernel.thread(3, 20, 10);
        CpuTime since = kernel.meter().since(before).orElseThrow();
        assertThat(since).isEqualTo(new CpuTime(90e6, 100e6));
        assertThat(since.waitShare()).isCloseTo(0.526, within(0.001));
    }

    @Test
    void aThreadThatHasEndedTakesNothingBack() {
        CpuWaitMeter.Reading before = kernel.meter().read();
        kernel.thread(1, 1_030, 510);
        kernel.threadEnds(2);
        assertThat(kernel.meter().since(before)).contains(new CpuTime(30e6, 10e6));
    }

    @Test
    void timeAtTheLimitOfTheGroupIsWaitingAndIsCountedOnce() {
        kernel.throttled(1_000);
        CpuWaitMeter.Reading before = kernel.meter().read();
        kernel.thread(1, 1_030, 510);
        kernel.throttled(1_090);
        assertThat(kernel.meter().since(before)).contains(new CpuTime(30e6, 90e6));
        kernel.thread(1, 1_030, 620);
        assertThat(kernel.meter().since(before)).contains(new CpuTime(30e6, 120e6));
    }

    @Test
    void whatAHypervisorGaveToOthersWasNotRun() {
        kernel.node(1_000, 9_000, 100);
        CpuWaitMeter.Reading before = kernel.meter().read();
        kernel.thread(1, 1_100, 500);
        kernel.node(1_075, 9_500, 125);
        CpuTime since = kernel.meter().since(before).orElseThrow();
        assertThat(since.ran()).isCloseTo(75e6, within(1.0));
        assertThat(since.waitShare()).isCloseTo(0.25, within(1e-9));
    }

    @Test
    void aKernelThatCountsNothingTellsNothing() {
        CpuWaitMeter silent = new CpuWaitMeter(folder.resolve("nothing"), folder.resolve("nothing"));
        assertThat(silent.since(silent.read())).isEmpty();
        kernel.thread(1, 0, 0);
        kernel.thread(2, 0, 0);
        assertThat(kernel.meter().since(kernel.meter().read())).isEmpty();
    }

    /** This process is its own busy neighbour: eight threads for each core get an eighth of what they want. */
    @Test
    void thisKernelTellsOfThreadsThatHaveNoCore() throws Exception {
        int threads = 8 * Runtime.getRuntime().availableProcessors();
        CountDownLatch running = new CountDownLatch(threads);
        AtomicBoolean enough = new AtomicBoolean();
        CpuWaitMeter meter = CpuWaitMeter.ofThisProcess();
        var spinning = IntStream.range(0, threads)
                .mapToObj(_ -> Thread.ofPlatform().daemon().start(() -> {
                    running.countDown();
                    while (!enough.get()) {
                        Thread.onSpinWait();
                    }
                }))
                .toList();
        try {
            running.await();
            CpuWaitMeter.Reading before = meter.read();
            while (meter.since(before).orElseThrow().ran() < 1e9) {
                Thread.onSpinWait();
            }
            assertThat(meter.since(before).orElseThrow().waitShare()).isGreaterThan(0.5);
        } finally {
            enough.set(true);
            for (Thread thread : spinning) {
                thread.join();
            }
        }
    }
}
