package dev.edgeai.runtime.benchmark;

import dev.edgeai.api.v1alpha1.measurement.Measurement.CpuWait;
import dev.edgeai.api.v1alpha1.value.Decimal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Times models in alternation, one request at a time. Each round loads the models anew and warms them up; then comes a
 * block of requests to the one and at once a block of the same to the other, in an order drawn anew for each pair of
 * blocks. At the end of a round each runs a stretch alone, for its steadiness.
 *
 * <p>A round in which this process waited too long for a core is run again after a pause, as long as the patience lasts,
 * and the quietest counts. The waiting falls on both models, so choosing by it favours none.
 */
public final class PairedBenchmark {
    private static final int MAX_BLOCK = 100;

    /** Long enough for the caches to settle, short enough for both blocks of a pair to meet the same neighbours. */
    private static final double BLOCK_NANOS = 5e6;

    private static final double STEADY = 0.03;

    /** Before a busy round is run again. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final BenchmarkSettings settings;
    private final SplittableRandom random;
    private final CpuWaitMeter meter;
    private final Runnable pause;

    public PairedBenchmark(BenchmarkSettings settings) {
        this(settings, CpuWaitMeter.ofThisProcess(), () -> LockSupport.parkNanos(PAUSE.toNanos()));
    }

    /**
     * Makes one.
     *
     * @param meter tells how busy the node is
     * @param pause what is done before a busy round is run again
     */
    PairedBenchmark(BenchmarkSettings settings, CpuWaitMeter meter, Runnable pause) {
        this.settings = settings;
        this.meter = meter;
        this.pause = pause;
        random = new SplittableRandom(settings.seed());
    }

    /**
     * Times one model, or two in alternation.
     *
     * @param loaders load a model; what they load is closed here
     * @param progress told the number of timed inferences of each
     * @return one for each loader, in their order
     */
    public List<Timings> run(List<Supplier<Workload>> loaders, IntConsumer progress) {
        List<Round> rounds = new ArrayList<>();
        long patience = settings.patience().toNanos();
        int repeated = 0;
        int timed = 0;
        while (rounds.size() < settings.rounds()) {
            Round round = round(rounds.size(), timed, loaders, progress);
            while (round.waitShare() > settings.maxCpuWait() && patience > 0) {
                long start = System.nanoTime();
                pause.run();
                round = round.quieterOf(round(rounds.size(), timed, loaders, progress));
                repeated++;
                patience -= System.nanoTime() - start;
            }
            rounds.add(round);
            timed += round.timed();
        }
        Optional<CpuWait> wait = wait(rounds, repeated);
        return IntStream.range(0, loaders.size())
                .mapToObj(m ->
                        Timings.of(rounds.stream().map(r -> r.models().get(m)).toList(), wait))
                .toList();
    }

    /** Of all rounds that count. */
    private Optional<CpuWait> wait(List<Round> rounds, int repeated) {
        return rounds.stream()
                .flatMap(round -> round.cpu().stream())
                .reduce(CpuTime::plus)
                .map(cpu -> new CpuWait(Decimal.of(cpu.waitShare()), Decimal.of(settings.maxCpuWait()), repeated));
    }

    /**
     * Two rounds in one order, two in the other: what a model gains by being loaded first, and what it gains by taking the
     * memory that the other one left a round before, then comes to both alike.
     */
    private static int[] order(int round, int models) {
        boolean reversed = round / 2 % 2 == 1;
        return IntStream.range(0, models)
                .map(m -> reversed ? models - 1 - m : m)
                .toArray();
    }

    /**
     * Loads the models and times them.
     *
     * @param before inferences that were timed of each in the rounds before
     */
    private Round round(int number, int before, List<Supplier<Workload>> loaders, IntConsumer progress) {
        Map<Integer, BlockTimer> timers = new LinkedHashMap<>();
        try {
            for (int m : order(number, loaders.size())) {
                timers.put(m, new BlockTimer(loaders.get(m).get(), number));
            }
            List<BlockTimer> loaded = List.copyOf(timers.values());
            int length = (int) Math.clamp(BLOCK_NANOS / warmUp(loaded), 1, MAX_BLOCK);
            CpuWaitMeter.Reading start = meter.read();
            int timed = pairs(before, length, loaded, progress);
            loaded.forEach(timer -> timer.timeAlone(settings.alone()));
            return new Round(
                    IntStream.range(0, loaders.size())
                            .mapToObj(m -> Objects.requireNonNull(timers.get(m)).timed())
                            .toList(),
                    timed,
                    meter.since(start));
        } finally {
            timers.values().forEach(BlockTimer::close);
        }
    }

    /** Gives the number of inferences that were timed of each. */
    private int pairs(int before, int length, List<BlockTimer> timers, IntConsumer progress) {
        long start = System.nanoTime();
        int timed = 0;
        do {
            boolean reversed = timers.size() > 1 && random.nextBoolean();
            for (BlockTimer timer : reversed ? timers.reversed() : timers) {
                timer.time(before + timed, length);
            }
            timed += length;
            progress.accept(before + timed);
        } while (!done(timed, System.nanoTime() - start));
        return timed;
    }

    /** Whether this round has its share of pairs and of the least time, or the time is over. */
    private boolean done(int timed, long elapsed) {
        long cap = settings.timeCap().toNanos() / settings.rounds();
        boolean enough = timed * settings.rounds() >= settings.pairs()
                && elapsed >= settings.leastTime().toNanos() / settings.rounds();
        boolean late = elapsed >= (timed * settings.rounds() >= settings.minPairs() ? cap : 3 * cap);
        return enough || late;
    }

    /**
     * Runs until the median of each model moves by less than 3 % from one window to the next, at most a quarter of the
     * round's share of the time cap.
     *
     * @return mean over the models of the last median, nanoseconds
     */
    private double warmUp(List<BlockTimer> timers) {
        long end = System.nanoTime() + settings.timeCap().toNanos() / (4 * settings.rounds());
        double[] medians = new double[timers.size()];
        boolean steady;
        do {
            steady = true;
            for (int m = 0; m < medians.length; m++) {
                double before = medians[m];
                medians[m] = timers.get(m).untimed(settings.warmUp()).median();
                steady &= Math.abs(medians[m] - before) <= STEADY * before;
            }
        } while (!steady && System.nanoTime() < end);
        return Arrays.stream(medians).average().orElseThrow();
    }
}
