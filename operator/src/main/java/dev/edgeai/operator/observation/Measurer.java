package dev.edgeai.operator.observation;

import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.planner.rollout.MetricReading;
import dev.edgeai.planner.rollout.Scrape;
import dev.edgeai.planner.rollout.ScrapeHistory;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** One measurement of one target: all its pods and queries at the same time. */
final class Measurer {
    /** Scrapes are kept for this many intervals, and never longer than {@link #LONGEST}. */
    private static final int KEPT_INTERVALS = 120;

    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final HttpReader http;
    private final PrometheusQueries prometheus;
    private final ExecutorService workers;
    private final Clock clock;

    Measurer(HttpReader http, PrometheusAddresses allowed, ExecutorService workers, Clock clock) {
        this.http = http;
        this.prometheus = new PrometheusQueries(http, allowed);
        this.workers = workers;
        this.clock = clock;
    }

    /** What one pod said. */
    private sealed interface Answer {
        record Heard(String revision, Scrape scrape) implements Answer {}

        record Silent(String message) implements Answer {}
    }

    /** Reads everything once and adds it to what was read before; pods and metrics no longer watched are dropped. */
    Readings measure(Watch watch, Readings before) throws InterruptedException {
        // One time for the whole round, so that the windows of both versions begin and end together
        Instant time = clock.instant();
        List<Future<Answer>> answers = start(watch.pods(), pod -> scrape(pod, time));
        List<Future<MetricReading>> numbers = start(watch.queries(), prometheus::ask);

        Map<String, ScrapeHistory> scrapes = new HashMap<>();
        watch.pods()
                .forEach(pod -> scrapes.put(
                        pod.revision(), before.scrapes().getOrDefault(pod.revision(), ScrapeHistory.EMPTY)));
        Optional<String> silent = Optional.empty();
        for (Future<Answer> answer : answers) {
            switch (result(answer)) {
                case Answer.Heard(String revision, Scrape scrape) ->
                    scrapes.computeIfPresent(revision, (r, history) -> history.with(scrape, keep(watch)));
                case Answer.Silent(String message) -> silent = silent.or(() -> Optional.of(message));
            }
        }
        Map<String, MetricReading> queries = new HashMap<>();
        for (int i = 0; i < numbers.size(); i++) {
            queries.put(watch.queries().get(i).metric(), result(numbers.get(i)));
        }
        return new Readings(scrapes, silent, queries);
    }

    private Answer scrape(Watch.Pod pod, Instant time) throws InterruptedException {
        try {
            String text = http.get(URI.create("http://" + pod.address() + "/metrics"));
            return new Answer.Heard(pod.revision(), PodMetrics.read(pod.name(), time, pod.revision(), text));
        } catch (IOException | IllegalArgumentException e) {
            return new Answer.Silent("pod " + pod.name() + ": /metrics at " + pod.address() + " " + e.getMessage());
        }
    }

    private static Duration keep(Watch watch) {
        Duration wanted = watch.interval().multipliedBy(KEPT_INTERVALS);
        return wanted.compareTo(LONGEST) < 0 ? wanted : LONGEST;
    }

    /** A task that may be interrupted. */
    @FunctionalInterface
    private interface Task<T, R> {
        R on(T item) throws InterruptedException;
    }

    private <T, R> List<Future<R>> start(List<T> items, Task<T, R> task) {
        List<Future<R>> started = new ArrayList<>();
        for (T item : items) {
            Callable<R> call = () -> task.on(item);
            started.add(workers.submit(call));
        }
        return started;
    }

    private static <R> R result(Future<R> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a measurement broke", e.getCause());
        }
    }
}
