package dev.edgeai.planner.front;

import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.Language;
import dev.edgeai.api.v1alpha1.measurement.ComparisonBuilder;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.front.ParetoFront.Axis;
import dev.edgeai.planner.front.ParetoFront.Point;
import dev.edgeai.planner.run.Runs;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class ParetoFrontTest {
    @Provide
    Arbitrary<List<Point>> points() {
        // few values an axis, so that ties are frequent
        Arbitrary<Point> point = Combinators.combine(
                        Arbitraries.longs().between(1, 5),
                        Arbitraries.longs().between(0, 5),
                        Arbitraries.integers().between(90, 95))
                .as((latency, memory, quality) -> new Point(
                        "", Runs.measurement(latency, memory, quality / 100.0), Runs.comparison(10.0 / latency, 1, 0)));
        return point.list()
                .ofMaxSize(12)
                .map(all -> IntStream.range(0, all.size())
                        .mapToObj(i -> new Point(
                                "trial-" + i,
                                all.get(i).measurement(),
                                all.get(i).comparison()))
                        .toList());
    }

    private static List<Axis> axes(List<Point> points) {
        return Axis.shared(points);
    }

    @Property
    void no_member_beats_another(@ForAll("points") List<Point> points) {
        List<Point> front = ParetoFront.of(points);
        for (Point a : front) {
            for (Point b : front) {
                assertThat(ParetoFront.dominates(a, b, axes(points))).isFalse();
            }
        }
    }

    @Property
    void every_trial_off_the_front_is_beaten_by_one_on_it(@ForAll("points") List<Point> points) {
        List<Point> front = ParetoFront.of(points);
        assertThat(points)
                .filteredOn(p -> !front.contains(p))
                .allMatch(p -> front.stream().anyMatch(f -> ParetoFront.dominates(f, p, axes(points))));
        assertThat(front.isEmpty()).isEqualTo(points.isEmpty());
    }

    @Property
    void the_order_of_the_trials_does_not_matter(@ForAll("points") List<Point> points, @ForAll long seed) {
        List<Point> shuffled = new ArrayList<>(points);
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(ParetoFront.of(shuffled)).isEqualTo(ParetoFront.of(points));
    }

    @Property
    void the_front_of_a_front_is_itself(@ForAll("points") List<Point> points) {
        List<Point> front = ParetoFront.of(points);
        assertThat(ParetoFront.of(front)).isEqualTo(front);
    }

    @Test
    void equals_do_not_remove_each_other() {
        Measurement same = Runs.measurement(10, 10, 0.9);
        assertThat(ParetoFront.of(List.of(new Point("b", same, null), new Point("a", same, null))))
                .extracting(Point::trial)
                .containsExactly("a", "b");
    }

    @Test
    void energy_counts_only_when_all_have_it_by_one_method() {
        Point fast = energy(10, "2", EnergyMethod.MEASURED);
        Point frugal = energy(20, "1", EnergyMethod.MEASURED);
        Point guessed = energy(20, "1", EnergyMethod.ESTIMATED);
        assertThat(front(fast, frugal)).hasSize(2);
        assertThat(front(fast, guessed)).hasSize(1);
    }

    /** Of a baseline that takes 100 us and one joule. */
    private static Point energy(long p50, String joules, EnergyMethod method) {
        Measurement measured = MeasurementBuilder.builder(Runs.measurement(p50, 10, 0.9))
                .joulesPerInference(Decimal.of(joules))
                .energyMethod(method)
                .build();
        return new Point(p50 + " us", measured, against(100.0 / p50, Decimal.of(joules)));
    }

    private static Comparison against(double speedup, @Nullable Decimal energyRatio) {
        return ComparisonBuilder.builder(Runs.comparison(speedup, 1, 0))
                .energyRatio(energyRatio)
                .build();
    }

    /** Each trial has a pod and an hour of its own; only the ratio to the baseline beside it can be compared. */
    @Test
    void a_trial_of_a_slow_hour_is_not_slower_for_that() {
        Point sameAsTheBaseline = new Point("busy-hour", Runs.measurement(1_960, 10, 0.9), against(1.005, null));
        Point slower = new Point("quiet-hour", Runs.measurement(1_400, 10, 0.9), against(0.8, null));
        assertThat(front(sameAsTheBaseline, slower)).containsExactly("busy-hour");
        Point baseline = new Point("baseline", Runs.measurement(1_310, 10, 0.9), null);
        assertThat(front(baseline, slower)).containsExactly("baseline");
    }

    @Test
    void energy_of_a_busy_hour_is_not_more_for_that() {
        Measurement much = energy(10, "4", EnergyMethod.MEASURED).measurement();
        Measurement little = energy(10, "3", EnergyMethod.MEASURED).measurement();
        assertThat(front(
                        new Point("frugal", much, against(10, Decimal.of("0.5"))),
                        new Point("greedy", little, against(10, Decimal.of("0.9")))))
                .containsExactly("frugal");
    }

    @Test
    void what_has_no_energy_is_not_excused_by_it() {
        Point fast = energy(10, "2", EnergyMethod.MEASURED);
        assertThat(front(fast, new Point("slow", Runs.measurement(20, 10, 0.9), against(5, null))))
                .containsExactly("10 us");
    }

    @Test
    void without_a_task_metric_the_one_nearer_to_the_baseline_wins() {
        assertThat(front(unlabelled("near", null, 0.99), unlabelled("far", null, 0.90)))
                .containsExactly("near");
        assertThat(front(unlabelled("near", 0.01, 0.90), unlabelled("far", 0.20, 0.99)))
                .as("a language model by its divergence")
                .containsExactly("near");
        assertThat(front(unlabelled("near", 0.01, 0.99), unlabelled("other", null, 0.90)))
                .as("of different models, by what both have")
                .containsExactly("near");
    }

    @Test
    void with_a_task_metric_likeness_does_not_count() {
        Measurement same = Runs.measurement(10, 10, 0.9);
        assertThat(front(
                        new Point("like", same, likeness(null, 0.99)), new Point("unlike", same, likeness(null, 0.90))))
                .hasSize(2);
    }

    @Test
    void what_was_not_timed_is_told_apart_by_its_size_and_comes_last() {
        Measurement timed = Runs.measurement(10, 10, 0.9);
        Measurement elsewhere = elsewhere(timed.sizeBytes());
        assertThat(front(
                        new Point("big", elsewhere(timed.sizeBytes() + 1), null),
                        new Point("small", elsewhere, null),
                        new Point("timed", timed, null)))
                .containsExactly("timed", "small");
    }

    private static Measurement elsewhere(long sizeBytes) {
        return MeasurementBuilder.builder(Runs.measurement(10, 10, 0.9))
                .latencyP50Micros(null)
                .peakMemoryBytes(null)
                .sizeBytes(sizeBytes)
                .build();
    }

    private static Point unlabelled(String trial, @Nullable Double divergence, double fidelity) {
        Measurement measured = MeasurementBuilder.builder(Runs.measurement(10, 10, 0.9))
                .quality(null)
                .build();
        return new Point(trial, measured, likeness(divergence, fidelity));
    }

    private static Comparison likeness(@Nullable Double divergence, double fidelity) {
        Estimate ratio = Estimate.of(1, 0.9, 1.1, 1000);
        return new Comparison(
                null,
                null,
                Estimate.of(fidelity, fidelity, fidelity, 1000),
                null,
                Decimal.of("0.5"),
                divergence == null
                        ? null
                        : new Language(Estimate.of(divergence, divergence, divergence, 1000), ratio, null),
                null);
    }

    private static List<String> front(Point... points) {
        return ParetoFront.of(List.of(points)).stream().map(Point::trial).toList();
    }
}
