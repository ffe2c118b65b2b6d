package dev.edgeai.planner.scrape;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
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

    /**
     * What was answered between the first and the last scrape of each pod within the two moments.
     *
     * @param kind users' requests or probes
     */
    public Window between(Instant from, Instant to, Function<Scrape, Counts> kind) {
        Map<String, List<Scrape>> byPod = scrapes.stream()
                .filter(s -> !s.time().isBefore(from) && !s.time().isAfter(to))
                .collect(Collectors.groupingBy(Scrape::pod, TreeMap::new, Collectors.toList()));
        Counts sum = Counts.NONE;
        double load = 0;
        int loaded = 0;
        List<String> lost = new ArrayList<>();
        for (List<Scrape> pod : byPod.values()) {
            double all = 0;
            boolean restarted = false;
            for (int i = 1; i < pod.size(); i++) {
                Scrape earlier = pod.get(i - 1);
                Scrape later = pod.get(i);
                restarted |= later.restartedSince(earlier);
                sum = sum.plus(increase(earlier, later, kind));
                all += requests(earlier, later, Scrape::users) + requests(earlier, later, Scrape::probes);
            }
            double seconds = seconds(pod.getFirst().time(), pod.getLast().time());
            if (seconds > 0) {
                load += all / seconds;
                loaded++;
            }
            if (restarted || pod.getLast().time().isBefore(newestUpTo(to))) {
                lost.add(pod.getFirst().pod());
            }
        }
        return new Window(Duration.between(from, to), sum, loaded == 0 ? 0 : load / loaded, lost);
    }

    /**
     * What each pod answered between its last two scrapes, of those that were read at this time.
     *
     * @param notBefore scrapes before it are not looked at
     */
    public Map<String, Counts> lately(Instant time, Instant notBefore, Function<Scrape, Counts> kind) {
        Map<String, Counts> increases = new TreeMap<>();
        Map<String, Scrape> last = new HashMap<>();
        for (Scrape scrape : scrapes) {
            if (scrape.time().isBefore(notBefore) || scrape.time().isAfter(time)) {
                continue;
            }
            Scrape earlier = last.put(scrape.pod(), scrape);
            if (earlier != null && scrape.time().equals(time)) {
                increases.put(scrape.pod(), increase(earlier, scrape, kind));
            }
        }
        return increases;
    }

    private static Counts increase(Scrape earlier, Scrape later, Function<Scrape, Counts> kind) {
        return kind.apply(later).since(later.restartedSince(earlier) ? Counts.NONE : kind.apply(earlier));
    }

    private static double requests(Scrape earlier, Scrape later, Function<Scrape, Counts> kind) {
        return kind.apply(later).requestsSince(later.restartedSince(earlier) ? Counts.NONE : kind.apply(earlier));
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e9;
    }

    /** Pods of one round are read at one time, so a pod whose last reading is older has gone. */
    private Instant newestUpTo(Instant to) {
        return scrapes.stream()
                .map(Scrape::time)
                .filter(t -> !t.isAfter(to))
                .max(Comparator.naturalOrder())
                .orElse(to);
    }

    /**
     * The shortest window up to the newest scrape that is at least {@code interval} long and holds at least
     * {@code requests}; the longest there is when none holds as many.
     *
     * @param kind which requests it must hold
     * @param notBefore where the window may begin at the earliest, for example when the step began
     * @return its beginning; empty when no two scrapes are far enough apart
     */
    public Optional<Instant> windowStart(
            Instant notBefore, Duration interval, double requests, Function<Scrape, Counts> kind) {
        if (scrapes.isEmpty()) {
            return Optional.empty();
        }
        Instant latest = scrapes.getLast().time().minus(interval);
        Optional<Instant> start = Optional.empty();
        Map<String, Scrape> next = new HashMap<>();
        double sum = 0;
        for (int i = scrapes.size() - 1; i >= 0 && !scrapes.get(i).time().isBefore(notBefore); i--) {
            Scrape scrape = scrapes.get(i);
            Scrape later = next.put(scrape.pod(), scrape);
            sum += later == null ? 0 : requests(scrape, later, kind);
            boolean firstOfRound = i == 0 || scrapes.get(i - 1).time().isBefore(scrape.time());
            if (firstOfRound && !scrape.time().isAfter(latest)) {
                start = Optional.of(scrape.time());
                if (sum >= requests) {
                    return start;
                }
            }
        }
        return start;
    }
}
