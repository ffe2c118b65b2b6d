package dev.edgeai.runtime.bench;

import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.gate.SpeedVerdict;
import dev.edgeai.runtime.benchmark.Speedup;
import dev.edgeai.runtime.benchmark.Timings;
import dev.edgeai.runtime.dataset.Dataset;
import dev.edgeai.runtime.engine.LoadedModel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How often a measurement at the default settings says what is not so: a model against itself, and against itself made
 * slower by a known share. In turns, so that a noisy hour meets both.
 */
final class FalseVerdicts {
    private static final double INJECTED = 0.05;

    public static void main(String[] arguments) throws IOException {
        Supplier<LoadedModel> model = Subject.in(Path.of(arguments[0]));
        Dataset dataset = Subject.dataset(Path.of(arguments[1]), model);
        int repetitions = Integer.parseInt(arguments[2]);
        Tally same = new Tally("against itself");
        Tally slower = new Tally("against itself, %.0f %% slower".formatted(100 * INJECTED));
        for (int i = 0; i < repetitions; i++) {
            same.add(speedup(dataset, model, model, i));
            slower.add(speedup(dataset, model, () -> new Slower(model.get(), INJECTED), i));
            System.err.printf("%d of %d: %s; %s%n", i + 1, repetitions, same, slower);
        }
        System.out.println(same);
        System.out.println(slower);
        boolean holds = same.share(SpeedVerdict.NO_DIFFERENCE) >= 0.99 && slower.share(SpeedVerdict.SLOWER) >= 0.95;
        System.out.println(holds ? "holds" : "does not hold");
        System.exit(holds ? 0 : 1);
    }

    private static Estimate speedup(
            Dataset dataset, Supplier<LoadedModel> baseline, Supplier<LoadedModel> variant, int seed) {
        List<Timings> timings = Subject.time(dataset, baseline, variant, seed);
        return Speedup.of(timings.getFirst(), timings.getLast());
    }

    /** Verdicts so far, and how wide the intervals were. */
    private static final class Tally {
        private final String name;
        private final Map<SpeedVerdict, Integer> verdicts = new EnumMap<>(SpeedVerdict.class);
        private double[] widths = {};

        Tally(String name) {
            this.name = name;
        }

        void add(Estimate speedup) {
            verdicts.merge(SpeedVerdict.of(speedup), 1, Integer::sum);
            widths = Arrays.copyOf(widths, widths.length + 1);
            widths[widths.length - 1] =
                    (speedup.upper().asDouble() - speedup.lower().asDouble()) / 2;
            Arrays.sort(widths);
        }

        double share(SpeedVerdict verdict) {
            return (double) verdicts.getOrDefault(verdict, 0) / widths.length;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %s of %d; half-width of the 95 %% interval: median %.4f, 95th percentile %.4f",
                    name,
                    verdicts,
                    widths.length,
                    widths[widths.length / 2],
                    widths[(int) (0.95 * (widths.length - 1))]);
        }
    }

    private FalseVerdicts() {}
}
