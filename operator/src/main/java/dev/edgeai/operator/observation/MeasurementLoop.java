package dev.edgeai.operator.observation;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The rounds of one target: the first at once, then one each interval as long as somebody asks for them. */
final class MeasurementLoop {
    private static final Logger LOG = LoggerFactory.getLogger(MeasurementLoop.class);

    /** Rounds that nobody asked for, after which the loop ends. */
    static final int UNASKED_ROUNDS = 10;

    /** When one version is mute and the other is not, the next look is soon. */
    private static final Duration SUSPICIOUS_PACE = Duration.ofSeconds(2);

    private static final long LEAST_PAUSE_MILLIS = 100;

    private final ScheduledExecutorService timer;
    private final Executor workers;
    private final LiveMeasurer measurer;
    private final Consumer<MeasurementLoop> afterRound;

    private Watch watch;
    private Readings readings = Readings.NONE;
    private int unasked;
    private boolean running;
    private boolean stopped;
    private @Nullable Future<?> next;

    MeasurementLoop(
            Watch watch,
            ScheduledExecutorService timer,
            Executor workers,
            LiveMeasurer measurer,
            Consumer<MeasurementLoop> afterRound) {
        this.watch = watch;
        this.timer = timer;
        this.workers = workers;
        this.measurer = measurer;
        this.afterRound = afterRound;
    }

    synchronized Readings renew(Watch wanted) {
        boolean sooner = next == null || wanted.interval().compareTo(watch.interval()) < 0;
        watch = wanted;
        unasked = 0;
        if (sooner && !running && !stopped) {
            schedule(Duration.ZERO);
        }
        return readings;
    }

    synchronized void stop() {
        stopped = true;
        if (next != null) {
            next.cancel(false);
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    synchronized boolean abandoned() {
        return unasked > UNASKED_ROUNDS;
    }

    private synchronized void schedule(Duration pause) {
        if (next != null) {
            next.cancel(false);
        }
        next = timer.schedule(() -> workers.execute(this::round), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void round() {
        long began = System.nanoTime();
        Watch now;
        Readings before;
        synchronized (this) {
            if (running || stopped) {
                return;
            }
            running = true;
            now = watch;
            before = readings;
        }
        @Nullable Readings after = null;
        try {
            after = measurer.measure(now, before);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (isStopped()) {
                return; // its executor is closed
            }
            LOG.error("a measurement failed; it is tried again", e);
        }
        boolean told = finished(after, Duration.ofNanos(System.nanoTime() - began));
        if (told) {
            afterRound.accept(this);
        }
    }

    private Duration pace() {
        boolean soon = readings.isSuspicious() && SUSPICIOUS_PACE.compareTo(watch.interval()) < 0;
        return soon ? SUSPICIOUS_PACE : watch.interval();
    }

    private synchronized boolean finished(@Nullable Readings after, Duration took) {
        running = false;
        unasked++;
        if (after != null) {
            readings = after;
        }
        if (stopped || Thread.currentThread().isInterrupted()) {
            return false;
        }
        if (!abandoned()) {
            Duration pause = pace().minus(took);
            schedule(pause.toMillis() < LEAST_PAUSE_MILLIS ? Duration.ofMillis(LEAST_PAUSE_MILLIS) : pause);
        }
        return true;
    }
}
