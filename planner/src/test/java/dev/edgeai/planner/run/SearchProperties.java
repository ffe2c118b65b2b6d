package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Search;
import dev.edgeai.api.v1alpha1.search.Strategy;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.run.RunWorld.Fate;
import dev.edgeai.planner.search.SearchState;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.NullUnmarked;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for every strategy, however Jobs end and wherever the operator dies. */
@NullUnmarked // null takes a default
class SearchProperties {
    private static final int TICKS = 3000;

    private static RunWorld ended(
            Strategy strategy, int maxTrials, int parallelism, List<Fate> fates, double crash, long seed) {
        Search search = new Search(maxTrials, parallelism, new TimeSpan("48h"), null, strategy, null);
        RunWorld world = new RunWorld(Runs.spec(search), fates, crash, seed);
        for (int i = 0; i < TICKS && !world.ended(); i++) {
            world.tick();
        }
        return world;
    }

    @Property(tries = 200)
    void a_search_ends_within_its_budget_and_starts_no_job_twice(
            @ForAll Strategy strategy,
            @ForAll @IntRange(min = 1, max = 20) int maxTrials,
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll @IntRange(max = 40) int crashPercent,
            @ForAll long seed) {
        RunWorld world = ended(strategy, maxTrials, parallelism, fates, crashPercent / 100.0, seed);
        OptimizationRunStatus end = world.stored;

        assertThat(world.ended()).isTrue();
        assertThat(world.started.values()).as("each Job is made once").allMatch(n -> n == 1);
        assertThat(world.mostActive).isLessThanOrEqualTo(parallelism);
        assertThat(end.trials()).hasSizeLessThanOrEqualTo(SearchState.MOST_TRIALS);
        assertThat(end.trials()).extracting(TrialStatus::name).doesNotHaveDuplicates();
        assertThat(end.trials()).filteredOn(t -> t.depth() == Depth.FULL).hasSizeLessThanOrEqualTo(maxTrials);
        assertThat(end.trials())
                .as("only what was measured in full is gated")
                .allMatch(t -> t.depth() == Depth.FULL || t.gates().isEmpty());
        assertThat(end.trials())
                .filteredOn(t -> end.paretoFront().contains(t.name()))
                .allMatch(t -> t.depth() == Depth.FULL);
    }

    @Property(tries = 60)
    void the_end_does_not_depend_on_where_the_operator_died(
            @ForAll Strategy strategy,
            @ForAll @IntRange(min = 5, max = 12) int maxTrials,
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll long seed) {
        assertThat(end(ended(strategy, maxTrials, parallelism, fates, 0.4, seed)))
                .isEqualTo(end(ended(strategy, maxTrials, parallelism, fates, 0, seed)));
    }

    @Property(tries = 60)
    void what_is_measured_in_full_was_screened_and_what_is_left_out_says_why(
            @ForAll @Size(min = 1, max = 7) List<Fate> fates, @ForAll long seed) {
        RunWorld world = ended(Strategy.PROGRESSIVE, 8, 1, fates, 0.2, seed);
        assertThat(world.stored.trials())
                .filteredOn(t -> t.phase() == TrialPhase.ACCEPTED || t.phase() == TrialPhase.REJECTED)
                .allSatisfy(t -> assertThat(world.started).containsKeys(JobKey.trial(t.name()), JobKey.full(t.name())));
        assertThat(world.stored.trials())
                .filteredOn(t -> t.phase() == TrialPhase.SCREENED)
                .allSatisfy(t -> assertThat(t.message()).startsWith("left out after screening"));
    }

    private static List<?> end(RunWorld world) {
        OptimizationRunStatus s = world.stored;
        return List.of(
                String.valueOf(s.phase()),
                s.paretoFront(),
                String.valueOf(s.selected()),
                s.trials().stream()
                        .map(t -> t.name() + " " + t.phase() + " " + t.depth())
                        .toList());
    }
}
