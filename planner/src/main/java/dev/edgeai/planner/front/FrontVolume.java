package dev.edgeai.planner.front;

import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How much a set of trials gains together: its hypervolume (Zitzler and Thiele 1999) over speed, memory and quality. Among
 * many trials that no other beats, most gain next to nothing beside the others.
 */
public final class FrontVolume {
    /** What a trial is allowed to lose in speed or memory and still counts, as a share of the baseline's. */
    private static final double ALLOWED_LOSS = 0.25;

    /** A trial that adds less than this share to what the others gain is not worth a full measurement. */
    private static final double WORTH = 0.05;

    /**
     * Gains over the baseline, each from 0 (the least that counts) to 1 (all that there is); 1 where it is not known.
     *
     * @param speed share of the time saved
     * @param memory share of the footprint saved, else of the size
     * @param quality share of the task metric kept above what the gate asks for, else likeness, else, of language models,
     *     how far the divergence stays below its gate
     */
    record Gains(double speed, double memory, double quality) {
        static Gains of(TrialStatus t, Gates gates) {
            Comparison c = Objects.requireNonNull(t.comparison(), t::name);
            Estimate speedup = c.speedup();
            Decimal memory = Objects.requireNonNullElse(c.memoryReduction(), c.sizeReduction());
            return new Gains(
                    speedup == null ? 1 : saved(1 - 1 / speedup.value().asDouble()),
                    saved(memory.asDouble()),
                    quality(c, gates));
        }

        private static double saved(double share) {
            return clamp((share + ALLOWED_LOSS) / (1 + ALLOWED_LOSS));
        }

        private static double quality(Comparison c, Gates gates) {
            if (c.language() != null) {
                double most =
                        Math.max(Double.MIN_NORMAL, gates.maxKlDivergence().asDouble());
                return clamp(1 - c.language().klDivergence().value().asDouble() / most);
            }
            Estimate kept = c.accuracyRetention() == null ? c.fidelity() : c.accuracyRetention();
            double least = gates.minAccuracyRetention().asDouble();
            return kept == null || least >= 1 ? 1 : clamp((kept.value().asDouble() - least) / (1 - least));
        }

        private static double clamp(double share) {
            return Math.clamp(share, 0.0, 1.0);
        }
    }

    /** What it gains alone. */
    public static double of(TrialStatus t, Gates gates) {
        return of(List.of(Gains.of(t, gates)));
    }

    /** Volume of the union of the boxes from the origin to each, 0 to 1: by slices of quality, each by strips of memory. */
    public static double of(List<Gains> all) {
        double volume = 0;
        double below = 0;
        for (double quality :
                all.stream().mapToDouble(Gains::quality).sorted().distinct().toArray()) {
            double area = 0;
            double speed = 0;
            for (Gains g : all.stream()
                    .filter(g -> g.quality() >= quality)
                    .sorted(Comparator.comparingDouble(Gains::memory).reversed())
                    .toList()) {
                area += Math.max(0, g.speed() - speed) * g.memory();
                speed = Math.max(speed, g.speed());
            }
            volume += area * (quality - below);
            below = quality;
        }
        return volume;
    }

    /**
     * The trials that are worth a full measurement, the most gaining first: each adds the most to those before it, until
     * the next would add next to nothing.
     *
     * @param trials measured ones
     * @param least how many at least, if there are so many: a full measurement may refuse the first
     */
    public static List<TrialStatus> worthwhile(List<TrialStatus> trials, Gates gates, int least) {
        return worthwhile(List.of(), trials, gates, least);
    }

    /** The same of trials beside others that are measured in full already: they must add something to what these gain. */
    public static List<TrialStatus> worthwhile(
            List<TrialStatus> inFull, List<TrialStatus> trials, Gates gates, int least) {
        List<TrialStatus> left = new ArrayList<>(trials);
        List<TrialStatus> chosen = new ArrayList<>();
        List<Gains> gains =
                inFull.stream().map(t -> Gains.of(t, gates)).collect(Collectors.toCollection(ArrayList::new));
        while (!left.isEmpty()) {
            TrialStatus next = left.stream()
                    .max(Comparator.comparingDouble(t -> with(gains, t, gates)))
                    .orElseThrow();
            double before = of(gains);
            if (chosen.size() >= least && with(gains, next, gates) < before * (1 + WORTH)) {
                break;
            }
            left.remove(next);
            chosen.add(next);
            gains.add(Gains.of(next, gates));
        }
        return chosen;
    }

    private static double with(List<Gains> gains, TrialStatus t, Gates gates) {
        List<Gains> more = new ArrayList<>(gains);
        more.add(Gains.of(t, gates));
        return of(more);
    }

    private FrontVolume() {}
}
