package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.run.RunWorld.Fate;
import io.fabric8.kubernetes.api.model.Condition;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.NullUnmarked;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for every run, however Jobs end and wherever the operator dies. */
@NullUnmarked // null takes a default
class RunMachineProperties {
    private static final int TICKS = 400;

    @Property(tries = 300)
    void a_run_ends_within_its_bounds_and_keeps_what_it_recorded(
            @ForAll @IntRange(min = 1, max = 8) int maxTrials,
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll @IntRange(max = 40) int crashPercent,
            @ForAll long seed) {
        RunWorld world = new RunWorld(Runs.spec(maxTrials, parallelism, "2h"), fates, crashPercent / 100.0, seed);
        for (int i = 0; i < TICKS && !world.ended(); i++) {
            OptimizationRunStatus before = world.stored;
            world.tick();
            keepsRecordedResults(before, world.stored);
            startsNothingThatIsRecorded(before, world.lastActions);
        }
        assertThat(world.ended()).as("ends").isTrue();
        assertThat(world.mostActive).isLessThanOrEqualTo(parallelism);
        assertThat(world.stored.trials()).hasSizeLessThanOrEqualTo(maxTrials);
        assertThat(world.started.values()).as("each Job is made once").allMatch(n -> n == 1);
        boolean somePassed = world.stored.trials().stream().anyMatch(t -> t.phase() == TrialPhase.ACCEPTED);
        assertThat(world.stored.phase()).isEqualTo(somePassed ? RunPhase.SUCCEEDED : RunPhase.FAILED);
        if (somePassed) {
            assertThat(world.stored.certificates().getFirst().trial())
                    .isEqualTo(world.stored.selected().trial());
        }
    }

    @Property(tries = 100)
    void the_end_does_not_depend_on_where_the_operator_died(
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll long seed) {
        assertThat(end(parallelism, fates, 0.4, seed)).isEqualTo(end(parallelism, fates, 0, seed));
    }

    @Property(tries = 60)
    void a_registry_that_is_away_for_a_while_changes_nothing_of_the_end(
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll @IntRange(min = 1, max = JobRetries.MAX_ATTEMPTS - 1) int away,
            @ForAll @IntRange(max = 30) int crashPercent,
            @ForAll long seed) {
        RunWorld world = new RunWorld(Runs.spec(8, parallelism, "24h"), fates, crashPercent / 100.0, seed);
        world.away = away;
        assertThat(end(world)).isEqualTo(end(parallelism, fates, 0, seed));
        assertThat(world.stored.retries()).isEmpty();
    }

    @Property(tries = 60)
    void a_registry_that_stays_away_ends_the_run_and_is_named(
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll @IntRange(min = 1, max = 24) int hours,
            @ForAll long seed) {
        RunWorld world = new RunWorld(Runs.spec(8, parallelism, hours + "h"), fates, 0, seed);
        while (world.stored.trials().isEmpty()) {
            world.tick();
        }
        world.away = JobRetries.MAX_ATTEMPTS;
        end(world);
        assertThat(world.stored.phase()).isEqualTo(RunPhase.FAILED);
        assertThat(world.stored.conditions())
                .filteredOn(c -> c.getType().equals("Stalled"))
                .extracting(Condition::getReason)
                .containsExactly("RegistryUnavailable");
        assertThat(world.started.values()).allMatch(n -> n <= JobRetries.MAX_ATTEMPTS);
    }

    @Property(tries = 60)
    void a_cluster_that_starts_nothing_for_a_while_changes_nothing_of_the_end(
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll @IntRange(min = 1, max = 600) int minutes,
            @ForAll @IntRange(max = 40) int after,
            @ForAll("troubles") String trouble,
            @ForAll boolean onNode,
            @ForAll @IntRange(max = 30) int crashPercent,
            @ForAll long seed) {
        RunWorld world = new RunWorld(Runs.spec(8, parallelism, "2h"), fates, crashPercent / 100.0, seed);
        for (int i = 0; i < after && !world.ended(); i++) {
            world.tick();
        }
        world.trouble = trouble;
        world.onNode = onNode;
        world.healed = world.now.plus(Duration.ofMinutes(minutes));
        assertThat(end(world)).isEqualTo(end(parallelism, fates, 0, seed));
        if (crashPercent == 0) {
            assertThat(world.longestStuck).isLessThanOrEqualTo(JobRetries.STUCK_AFTER.plusMinutes(1));
        }
    }

    @Provide
    Arbitrary<String> troubles() {
        return Arbitraries.of("FailedCreate", "FailedMount", "ErrImagePull");
    }

    private static List<?> end(int parallelism, List<Fate> fates, double crash, long seed) {
        return end(new RunWorld(Runs.spec(8, parallelism, "2h"), fates, crash, seed));
    }

    private static List<?> end(RunWorld world) {
        for (int i = 0; i < 10 * TICKS && !world.ended(); i++) {
            world.tick();
        }
        OptimizationRunStatus s = world.stored;
        return List.of(
                s.phase(),
                s.paretoFront(),
                s.certificates(),
                String.valueOf(s.selected()),
                s.trials().stream().map(TrialStatus::phase).toList());
    }

    @Property(tries = 100)
    void the_end_is_final_and_is_reported_once(
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll @IntRange(max = 40) int crashPercent,
            @ForAll long seed) {
        RunWorld world = new RunWorld(Runs.spec(8, 2, "2h"), fates, crashPercent / 100.0, seed);
        for (int i = 0; i < TICKS && !world.ended(); i++) {
            world.tick();
        }
        OptimizationRunStatus end = world.stored;
        for (int i = 0; i < TICKS && world.stored.report() == null; i++) {
            world.tick();
        }
        OptimizationRunStatus reported = end.withReport(Runs.digest("report"));
        assertThat(world.tick()).isEqualTo(new RunDecision(reported, List.of()));
        assertThat(world.started).containsEntry(JobKey.report(), 1);
    }

    @Property(tries = 100)
    void a_spent_budget_ends_the_run_with_what_was_measured(
            @ForAll @IntRange(min = 1, max = 30) int tenSeconds,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll long seed) {
        RunWorld world = new RunWorld(Runs.spec(8, 1, tenSeconds * 10 + "s"), fates, 0, seed);
        for (int i = 0; i < TICKS && !world.ended(); i++) {
            world.tick();
        }
        assertThat(world.ended()).isTrue();
    }

    @Property(tries = 50)
    void the_same_inputs_give_the_same_decision(@ForAll @Size(min = 1, max = 7) List<Fate> fates, @ForAll long seed) {
        RunWorld one = new RunWorld(Runs.spec(8, 2, "2h"), fates, 0.2, seed);
        RunWorld two = new RunWorld(Runs.spec(8, 2, "2h"), fates, 0.2, seed);
        for (int i = 0; i < 60; i++) {
            assertThat(one.tick()).isEqualTo(two.tick());
        }
    }

    private static void keepsRecordedResults(OptimizationRunStatus before, OptimizationRunStatus after) {
        for (TrialStatus t : before.trials()) {
            if (RunDraft.done(t)) {
                assertThat(after.trials())
                        .filteredOn(a -> a.name().equals(t.name()))
                        .containsExactly(t);
            }
        }
    }

    private static void startsNothingThatIsRecorded(OptimizationRunStatus before, List<RunAction> actions) {
        for (RunAction action : actions) {
            if (action instanceof RunAction.StartTrial start) {
                assertThat(before.trials())
                        .filteredOn(RunDraft::done)
                        .extracting(TrialStatus::name)
                        .doesNotContain(start.candidate().name());
            }
            if (action instanceof RunAction.StartBaseline) {
                assertThat(before.baseline()).isNull();
            }
        }
    }
}
