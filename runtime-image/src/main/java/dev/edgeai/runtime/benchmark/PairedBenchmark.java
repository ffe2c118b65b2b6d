package dev.edgeai.runtime.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Times models in alternation, one request at a time. Each round loads the models anew and warms them up; then comes a
 * block of requests to the one and at once a block of the same to the other, in an order drawn anew for each pair of blocks. At the end of a round each runs a stretch alone, for its steadiness.
 */
public final class PairedBenchmark {
    private static final int MAX_BLOCK = 100;

    /** Long enough for the caches to settle, short enough for both blocks of a pair to meet the same neighbours. */
    private static final double BLOCK_NANOS = 5e6;

    private static final double STEADY = 0.03;

    private final BenchmarkSettings settings;
    private final SplittableRandom random;

    public PairedBenchmark(BenchmarkSettings settings) {
        this.settings = settings;
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
        List<List<Block>> blocks = empty(loaders.size());
        List<List<Block>> steady = empty(loaders.size());
        int timed = 0;
        for (int round = 0; round < settings.rounds(); round++) {
            List<BlockTimer> timers = new ArrayList<>();
            try {
                for (int m : order(round, loaders.size())) {
                    timers.add(new BlockTimer(loaders.get(m).get(), blocks.get(m), steady.get(m)));
                }
                timed += round(round, timed, timers, progress);
                for (BlockTimer timer : timers) {
                    timer.timeAlone(round, settings.alone());
                }
            } finally {
                timers.forEach(BlockTimer::close);
            }
        }
        return IntStream.range(0, loaders.size())
                .mapToObj(m -> new Timings(blocks.get(m), steady.get(m)))
                .toList();
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

    private static List<List<Block>> empty(int models) {
        return Stream.generate(() -> (List<Block>) new ArrayList<Block>())
                .limit(models)
                .toList();
    }

    /** Gives the number of inferences that were timed of each. */
    private int round(int round, int before, List<BlockTimer> timers, IntConsumer progress) {
        double nanos = warmUp(timers);
        int length = (int) Math.clamp(BLOCK_NANOS / nanos, 1, MAX_BLOCK);
        long start = System.nanoTime();
        int timed = 0;
        do {
            boolean reversed = timers.size() > 1 && random.nextBoolean();
            for (BlockTimer timer : reversed ? timers.reversed() : timers) {
                timer.time(round, before + timed, length);
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
