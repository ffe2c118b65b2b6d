package dev.edgeai.planner.front;

import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.planner.front.FrontVolume.Gains;
import dev.edgeai.planner.run.Runs;
import dev.edgeai.planner.run.TrialTransitions;
import dev.edgeai.planner.technique.Candidate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.NullUnmarked;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@NullUnmarked // null takes a default
class FrontVolumeTest {
    private static final int STEPS = 5;

    @Provide
    static Arbitrary<List<Gains>> gains() {
        Arbitrary<Double> fifths = Arbitraries.integers().between(0, STEPS).map(i -> i / (double) STEPS);
        return Combinators.combine(fifths, fifths, fifths).as(Gains::new).list().ofMaxSize(8);
    }

    /** On a grid the volume is the number of small cubes that lie in some box. */
    @Property
    void itIsTheVolumeOfTheUnionOfTheBoxes(@ForAll("gains") List<Gains> gains) {
        long cubes = IntStream.range(0, STEPS * STEPS * STEPS)
                .filter(cube -> gains.stream()
                        .anyMatch(g -> inside(cube % STEPS, g.speed())
                                && inside(cube / STEPS % STEPS, g.memory())
                                && inside(cube / STEPS / STEPS, g.quality())))
                .count();
        assertThat(FrontVolume.of(gains)).isCloseTo(cubes / Math.pow(STEPS, 3), within(1e-9));
    }

    private static boolean inside(int cell, double edge) {
        return cell + 0.5 < edge * STEPS;
    }

    @Example
    void whatGainsNextToNothingBesideTheOthersIsNotWorthwhile() {
        TrialStatus fast = trial("fast", 200, 8, 1);
        TrialStatus alike = trial("alike", 201, 8, 1);
        TrialStatus small = trial("small", 400, 2, 1);
        TrialStatus wrong = trial("wrong", 150, 1, 0.9);

        assertThat(FrontVolume.worthwhile(List.of(wrong, alike, small, fast), Gates.defaults(), 1))
                .containsExactly(small, fast);
    }

    @Example
    void asManyAsAskedForAreWorthwhileEvenWhenAlike() {
        TrialStatus fast = trial("fast", 200, 8, 1);
        TrialStatus alike = trial("alike", 201, 8, 1);

        assertThat(FrontVolume.worthwhile(List.of(alike, fast), Gates.defaults(), 2))
                .containsExactly(fast, alike);
    }

    private static TrialStatus trial(String name, long p50, long footprintMiB, double retention) {
        Candidate c = new Candidate(name, Framework.OPENVINO, name, Map.of(), null, null);
        return TrialTransitions.absorb(
                TrialTransitions.planned(c, Depth.SCREENING),
                Runs.done(Runs.result(name, p50, footprintMiB, retention)),
                Gates.defaults(),
                null);
    }
}
