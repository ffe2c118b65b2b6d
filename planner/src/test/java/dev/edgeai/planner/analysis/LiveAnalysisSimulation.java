package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Histogram;
import dev.edgeai.planner.scrape.Histogram.Bucket;
import dev.edgeai.planner.scrape.Scrape;
import dev.edgeai.planner.scrape.ScrapeHistory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;

/**
 * Rollouts of simulated servers, with seeds: users' requests at a rate, over all pods alike; one pod of the candidate
 * beside those of stable for half a minute, then as many of each for ten. Requests take a lognormal time (median 20 ms,
 * sigma 0.5) and are read in the server's own buckets each two seconds, as the operator does.
 */
final class LiveAnalysisSimulation {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PACE = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration KEPT = PACE.multipliedBy(120);
    private static final int LOW_ROUNDS = 15;
    private static final int ROUNDS = 315;
    private static final double MEDIAN = 0.02;
    private static final double SIGMA = 0.5;
    private static final double[] BOUNDS = bounds();

    /** What a cluster does to pods beside what their version does. */
    private enum World {
        INDEPENDENT("independent"),
        BURSTS("pauses: 1 % of a pod's seconds, for 1.5 s four times as slow"),
        DRIFT("each pod drifts, +-20 %, correlated over 50 s"),
        SLOW_POD("one pod of ten is twice as slow");

        private final String words;

        World(String words) {
            this.words = words;
        }
    }

    /**
     * A row of the table.
     *
     * @param slower times the candidate's requests take longer
     * @param tolerated {@code maxRatioToStable}
     * @param rate requests a second
     * @param pods of stable
     */
    private record Row(World world, double slower, double tolerated, double rate, int pods) {
        boolean isGood() {
            return slower <= tolerated;
        }
    }

    /** When each rule took the version back: requests until then, -1 for never. */
    private record Ended(int windows, int evidence) {}

    public static void main(String[] args) {
        int runs = Integer.parseInt(args[0]);
        System.out.printf(
                "%d runs a row, 95th percentile of latency, false alarm rate 1 %%%n%n"
                        + "| world | slower | tolerated | requests/s, stable's pods | windows: taken back, median requests |"
                        + " evidence: taken back, median requests |%n|---|---|---|---|---|---|%n",
                runs);
        for (Row row : rows()) {
            List<Ended> ended = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                ended.add(new LiveAnalysisSimulation(row, run).run());
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.0f, %d | %s | %s |%s%n",
                    row.world.words,
                    row.slower,
                    row.tolerated,
                    row.rate,
                    row.pods,
                    summary(ended, runs, i -> ended.get(i).windows),
                    summary(ended, runs, i -> ended.get(i).evidence),
                    row.isGood() ? " keeps its limit" : "");
        }
    }

    private static String summary(List<Ended> ended, int runs, IntFunction<Integer> requests) {
        int[] sorted = java.util.stream.IntStream.range(0, ended.size())
                .map(requests::apply)
                .filter(n -> n >= 0)
                .sorted()
                .toArray();
        String median = sorted.length == 0 ? "" : ", " + sorted[sorted.length / 2];
        return String.format(Locale.ROOT, "%.1f %%%s", 100.0 * sorted.length / runs, median);
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (World world : World.values()) {
            int pods = world == World.SLOW_POD ? 9 : 3;
            for (double[] pair : new double[][] {
                {1, 1}, {1, 1.25}, {1.25, 1.25}, {1.05, 1}, {1.25, 1}, {2, 1}, {1.5, 1.25}, {2, 1.25}
            }) {
                rows.add(new Row(world, pair[0], pair[1], 50, pods));
            }
        }
        rows.add(new Row(World.INDEPENDENT, 1, 1, 5, 3));
        rows.add(new Row(World.INDEPENDENT, 2, 1.25, 5, 3));
        return rows;
    }

    private final Row row;
    private final Random random;
    private final Map<Integer, double[]> buckets = new HashMap<>();
    private final Map<Integer, Double> drift = new HashMap<>();
    private final Map<Integer, Double> paused = new HashMap<>();
    private final int slowPod;
    private int ready = 1;
    private ScrapeHistory watched = ScrapeHistory.EMPTY;
    private ScrapeHistory reference = ScrapeHistory.EMPTY;

    private LiveAnalysisSimulation(Row row, int seed) {
        this.row = row;
        this.random = new Random(seed);
        this.slowPod = 1 - row.pods + random.nextInt(row.pods + 1);
    }

    private Ended run() {
        @SuppressWarnings("NullAway")
        AnalysisMetric metric =
                new AnalysisMetric("latency-p95", null, null, Decimal.of(row.tolerated), null, null, null, null);
        LiveEvidence evidence = EvidenceSamples.begin(List.of(metric));
        int requests = 0;
        int failures = 0;
        int windows = -1;
        int proof = -1;
        Instant step = T0;
        for (int round = 0; round < ROUNDS && (windows < 0 || proof < 0); round++) {
            Instant time = T0.plus(PACE.multipliedBy(round));
            if (round == LOW_ROUNDS) {
                step = time;
            }
            if (round > 0) {
                requests += serve(round < LOW_ROUNDS ? 1 : row.pods);
            }
            read(time);
            evidence = evidence.after(time, watched, Optional.of(reference), step, PACE);
            if (proof < 0 && EvidenceSamples.isBroken(evidence, metric)) {
                proof = requests;
            }
            if (windows < 0 && round % 5 == 0 && fails(step)) {
                failures++;
                windows = failures > 1 ? requests : -1;
            }
        }
        return new Ended(windows, proof);
    }

    /** The rule before: the newest window's interval against that of stable's, each ten seconds, one failure tolerated. */
    private boolean fails(Instant step) {
        LiveMetrics live = LiveMetrics.of(
                watched,
                Optional.of(reference),
                step,
                INTERVAL,
                true,
                Optional.empty(),
                Optional.empty(),
                LiveEvidence.NONE);
        return live.watched()
                .filter(w -> w.latency().count() >= MetricAnalysis.MIN_REQUESTS)
                .flatMap(w -> live.reference()
                        .filter(r -> r.latency().count() >= MetricAnalysis.MIN_REQUESTS)
                        .map(r -> LiveValue.latency(w, 0.95).surelyAbove(row.tolerated, LiveValue.latency(r, 0.95))))
                .orElse(false);
    }

    /** Two seconds of users; how many asked. Pods of stable have negative numbers and 0, the candidate's others. */
    private int serve(int candidates) {
        ready = candidates;
        for (int pod = 1 - row.pods; pod <= candidates; pod++) {
            double before = drift.getOrDefault(pod, 0.2 * random.nextGaussian());
            drift.put(pod, 0.96 * before + 0.2 * Math.sqrt(1 - 0.96 * 0.96) * random.nextGaussian());
            paused.put(pod, random.nextDouble() < 0.02 ? random.nextDouble() * 0.25 : -1.0);
        }
        int asked = poisson(row.rate * PACE.toSeconds());
        for (int i = 0; i < asked; i++) {
            int pod = 1 - row.pods + random.nextInt(row.pods + candidates);
            answer(pod, (double) i / asked);
        }
        return asked;
    }

    /**
     * One request.
     *
     * @param moment of the two seconds, 0 to 1
     */
    private void answer(int pod, double moment) {
        double factor = pod > 0 ? row.slower : 1;
        factor *= switch (row.world) {
            case INDEPENDENT -> 1;
            case DRIFT -> Math.exp(drift.getOrDefault(pod, 0.0));
            case SLOW_POD -> pod == slowPod ? 2 : 1;
            case BURSTS -> {
                double from = paused.getOrDefault(pod, -1.0);
                yield from >= 0 && moment >= from && moment < from + 0.75 ? 4 : 1;
            }
        };
        double seconds = MEDIAN * factor * Math.exp(SIGMA * random.nextGaussian());
        int at = Arrays.binarySearch(BOUNDS, seconds);
        buckets.computeIfAbsent(pod, _ -> new double[BOUNDS.length])[at < 0 ? -at - 1 : at]++;
    }

    private void read(Instant time) {
        for (int pod = 1 - row.pods; pod <= ready; pod++) {
            double[] counts = buckets.getOrDefault(pod, new double[BOUNDS.length]);
            List<Bucket> cumulative = new ArrayList<>();
            double sum = 0;
            for (int i = 0; i < BOUNDS.length; i++) {
                sum += counts[i];
                cumulative.add(new Bucket(BOUNDS[i], sum));
            }
            Scrape scrape = new Scrape(
                    "pod-" + pod,
                    time,
                    new Counts(sum, 0, 0, new Histogram(cumulative)),
                    Counts.NONE,
                    OptionalDouble.of(1));
            if (pod > 0) {
                watched = watched.with(scrape, KEPT);
            } else {
                reference = reference.with(scrape, KEPT);
            }
        }
    }

    private int poisson(double mean) {
        return Math.max(0, (int) Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }

    /** Those of the model server: ten a decade, and the rest. */
    private static double[] bounds() {
        double[] mantissas = {1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8};
        return DoubleStream.concat(
                        DoubleStream.of(1e-4, 1e-3, 1e-2, 0.1, 1)
                                .flatMap(decade -> Arrays.stream(mantissas).map(m -> m * decade)),
                        DoubleStream.of(10, Double.POSITIVE_INFINITY))
                .toArray();
    }
}
