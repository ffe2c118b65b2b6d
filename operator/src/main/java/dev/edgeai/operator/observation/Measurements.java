package dev.edgeai.operator.observation;

import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.operator.delivery.TargetRef;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * Measures the watched targets at their interval, away from the reconcilers' workers. What was measured is kept in
 * memory only: after a restart of the operator the first window is without a verdict.
 */
public final class Measurements implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ConcurrentMap<TargetRef, MeasurementLoop> loops = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("measurements").factory());
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("measurement-", 0).factory());
    private final LiveMeasurer measurer;
    private final Consumer<TargetRef> measured;

    /**
     * Makes one with nothing to measure yet.
     *
     * @param allowed where metrics with a query of their own may be asked
     * @param measured told after each measurement of a target
     */
    public Measurements(PrometheusAddresses allowed, Clock clock, Consumer<TargetRef> measured) {
        this.measurer = new LiveMeasurer(new HttpReader(TIMEOUT), allowed, workers, clock);
        this.measured = measured;
    }

    /**
     * Starts to measure a target, or goes on with this watch. A target that is not asked for any more is forgotten after
     * a few intervals.
     *
     * @return what was measured so far
     */
    public Readings watch(TargetRef target, Watch watch) {
        return loops.computeIfAbsent(
                        target,
                        t -> new MeasurementLoop(watch, timer, workers, measurer, loop -> {
                            if (loop.abandoned()) {
                                loops.remove(t, loop);
                            } else {
                                measured.accept(t);
                            }
                        }))
                .renew(watch);
    }

    /** Stops to measure a target. */
    public void forget(TargetRef target) {
        MeasurementLoop loop = loops.remove(target);
        if (loop != null) {
            loop.stop();
        }
    }

    @Override
    public void close() {
        loops.values().forEach(MeasurementLoop::stop);
        timer.shutdownNow();
        workers.shutdownNow();
    }
}
