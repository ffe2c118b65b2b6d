package dev.edgeai.planner.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The recent scrapes of one revision's pods. Counters are only ever differenced between two scrapes of the same pod, so
 * what happened before the first scrape counts nowhere.
 *
 * @param scrapes in order of time
 */
public record ScrapeHistory(List<Scrape> scrapes) {
    public static final ScrapeHistory EMPTY = new ScrapeHistory(List.of());

    public ScrapeHistory {
        scrapes = scrapes.stream().sorted(Comparator.comparing(Scrape::time)).toList();
    }

    /** With one more, and without those older than {@code keep}. */
    public ScrapeHistory with(Scrape scrape, Duration keep) {
        List<Scrape> next = new ArrayList<>(scrapes);
        next.add(scrape);
        next.removeIf(s -> s.time().isBefore(scrape.time().minus(keep)));
        return new ScrapeHistory(next);
    }

    /** What was answered between the first and the last scrape of each pod within the two moments. */
    public Window between(Instant from, Instant to) {
        Map<String, List<Scrape>> byPod = scrapes.stream()
                .filter(s -> !s.time().isBefore(from) && !s.time().isAfter(to))
                .collect(Collectors.groupingBy(Scrape::pod));
        Window sum = new Window(Duration.between(from, to), 0, 0, Histogram.EMPTY);
        for (List<Scrape> pod : byPod.values()) {
            for (int i = 1; i < pod.size(); i++) {
                sum = add(sum, pod.get(i - 1), pod.get(i));
            }
        }
        return sum;
    }

    /**
     * The shortest window up to the newest scrape that is at least {@code interval} long and holds at least
     * {@code requests}; the longest there is when none holds as many.
     *
     * @param notBefore where the window may begin at the earliest, for example when the step began
     * @return its beginning; empty when no two scrapes are far enough apart
     */
    public Optional<Instant> windowStart(Instant notBefore, Duration interval, double requests) {
        if (scrapes.isEmpty()) {
            return Optional.empty();
        }
        Instant end = scrapes.getLast().time();
        List<Instant> starts = scrapes.stream()
                .map(Scrape::time)
                .filter(t -> !t.isBefore(notBefore) && !t.isAfter(end.minus(interval)))
                .distinct()
                .toList();
        for (Instant start : starts.reversed()) {
            if (between(start, end).requests() >= requests) {
                return Optional.of(start);
            }
        }
        return starts.stream().findFirst();
    }

    private static Window add(Window sum, Scrape earlier, Scrape later) {
        return new Window(
                sum.length(),
                sum.ok() + increase(earlier, later, Scrape::ok),
                sum.errors() + increase(earlier, later, Scrape::errors),
                sum.latency().plus(later.latency().since(earlier.latency())));
    }

    private static double increase(Scrape earlier, Scrape later, ToDoubleFunction<Scrape> counter) {
        double delta = counter.applyAsDouble(later) - counter.applyAsDouble(earlier);
        return delta < 0 ? counter.applyAsDouble(later) : delta;
    }
}
