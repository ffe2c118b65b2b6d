package dev.edgeai.operator.observation;

import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.planner.analysis.LiveEvidence;
import dev.edgeai.planner.analysis.MetricReading;
import dev.edgeai.planner.scrape.Scrape;
import dev.edgeai.planner.scrape.ScrapeHistory;
import dev.edgeai.planner.scrape.ScrapeRound;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** One measurement of one target: all its pods and queries at the same time. */
final class LiveMeasurer {
    /** Scrapes are kept for this many rounds, and never longer than {@link #LONGEST}: by default ten minutes. */
    private static final int KEPT_ROUNDS = 300;

    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final HttpReader http;
    private final PrometheusQueries prometheus;
    private final ExecutorService workers;
    private final Clock clock;

    LiveMeasurer(HttpReader http, PrometheusAddresses allowed, ExecutorService workers, Clock clock) {
        this.http = http;
        this.prometheus = new PrometheusQueries(http, allowed);
        this.workers = workers;
        this.clock = clock;
    }

    /** What one pod said. */
    private sealed interface Answer {
        record Heard(Scrape scrape) implements Answer {}

        record Unheard(boolean inTime, String message) implements Answer {}
    }

    /** Reads everything once and adds it to what was read before; pods and metrics no longer watched are dropped. */
    Readings measure(Watch watch, Readings before) throws InterruptedException {
        // One time for the whole round, so that the windows of both versions begin and end together
        Instant time = clock.instant();
        List<Future<Answer>> answers = start(watch.pods(), pod -> scrape(pod, time));
        List<Future<MetricReading>> numbers = start(watch.queries(), prometheus::ask);

        Map<String, ScrapeHistory> scrapes = new HashMap<>();
        Set<String> mute = new HashSet<>();
        watch.pods().forEach(pod -> {
            scrapes.put(pod.revision(), before.scrapes().getOrDefault(pod.revision(), ScrapeHistory.EMPTY));
            mute.add(pod.revision());
        });
        Set<String> answering = new HashSet<>(mute);
        Optional<String> silent = Optional.empty();
        for (int i = 0; i < answers.size(); i++) {
            Watch.Pod pod = watch.pods().get(i);
            switch (result(answers.get(i))) {
                case Answer.Heard(Scrape scrape) -> {
                    scrapes.computeIfPresent(pod.revision(), (r, history) -> history.with(scrape, keep(watch)));
                    mute.remove(pod.revision());
                }
                case Answer.Unheard(boolean inTime, String message) -> {
                    silent = pod.ready() ? silent.or(() -> Optional.of(message)) : silent;
                    answering.remove(pod.revision());
                    if (inTime) {
                        mute.remove(pod.revision());
                    }
                }
            }
        }
        List<ScrapeRound> rounds = new ArrayList<>(before.rounds());
        rounds.add(new ScrapeRound(time, mute, answering));
        List<ScrapeRound> newest = rounds.subList(Math.max(0, rounds.size() - KEPT_ROUNDS), rounds.size());
        Map<String, MetricReading> queries = new HashMap<>();
        for (int i = 0; i < numbers.size(); i++) {
            queries.put(watch.queries().get(i).metric(), result(numbers.get(i)));
        }
        return new Readings(scrapes, silent, newest, queries, evidence(watch, before.evidence(), scrapes, time));
    }

    private static LiveEvidence evidence(
            Watch watch, LiveEvidence before, Map<String, ScrapeHistory> scrapes, Instant time) {
        LiveEvidence.Subject subject = watch.comparison().subject();
        LiveEvidence begun = before.about(subject, watch.comparison().earlier());
        return begun.after(
                time,
                scrapes.getOrDefault(subject.watched(), ScrapeHistory.EMPTY),
                subject.reference().map(revision -> scrapes.getOrDefault(revision, ScrapeHistory.EMPTY)),
                watch.comparison().stepBegan(),
                watch.interval());
    }

    private Answer scrape(Watch.Pod pod, Instant time) throws InterruptedException {
        try {
            String text = http.get(URI.create("http://" + pod.address() + "/metrics"));
            return new Answer.Heard(PodMetrics.read(pod.name(), time, pod.revision(), text));
        } catch (IOException | IllegalArgumentException e) {
            boolean inTime = !(e instanceof HttpTimeoutException);
            return new Answer.Unheard(
                    inTime, "pod " + pod.name() + ": /metrics at " + pod.address() + " " + e.getMessage());
        }
    }

    private static Duration keep(Watch watch) {
        Duration wanted = watch.interval().multipliedBy(KEPT_ROUNDS);
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
