package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.run.RunWorld.Fate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.NullUnmarked;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Every run whose source may serve, and can be measured, ends with something that serves. */
@NullUnmarked // null takes a default
class SourceFallbackProperties {
    private static final int TICKS = 800;

    @Property(tries = 200)
    void a_run_ends_with_a_variant_or_with_its_source(
            @ForAll @IntRange(min = 1, max = 8) int maxTrials,
            @ForAll @IntRange(min = 1, max = 4) int parallelism,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll @IntRange(max = 40) int crashPercent,
            @ForAll @IntRange(max = JobRetries.MAX_ATTEMPTS - 1) int away,
            @ForAll long seed) {
        RunWorld world = world(maxTrials, parallelism, "24h", fates, crashPercent / 100.0, seed);
        world.away = away;
        end(world);
        servesSomething(world);
        assertThat(world.mostActive).isLessThanOrEqualTo(parallelism);
        assertThat(variants(world)).hasSizeLessThanOrEqualTo(maxTrials);
        assertThat(world.started.values()).allMatch(n -> n <= JobRetries.MAX_ATTEMPTS);
    }

    /** Unless the time ends before the baseline is measured: then nothing is known of the source. */
    @Property(tries = 200)
    void a_spent_budget_takes_nothing_from_the_source(
            @ForAll @IntRange(min = 1, max = 30) int tenSeconds,
            @ForAll @Size(min = 1, max = 7) List<Fate> fates,
            @ForAll long seed) {
        RunWorld world = world(8, 1, tenSeconds * 10 + "s", fates, 0, seed);
        end(world);
        if (world.stored.baseline() != null) {
            servesSomething(world);
        }
    }

    @Property(tries = 100)
    void a_source_that_cannot_be_measured_serves_nothing_and_the_run_says_why(
            @ForAll @IntRange(max = 40) int crashPercent, @ForAll long seed) {
        RunWorld world = world(8, 2, "24h", List.of(Fate.MISSES_GATE), crashPercent / 100.0, seed);
        world.sourceFate = Fate.FAILS;
        end(world);
        assertThat(world.stored.phase()).isEqualTo(RunPhase.FAILED);
        assertThat(world.stored.selected()).isNull();
        assertThat(world.stored.conditions())
                .filteredOn(c -> c.getType().equals("Stalled"))
                .singleElement()
                .satisfies(c -> {
                    assertThat(c.getReason()).isEqualTo("NoVariantPassedGates");
                    assertThat(c.getMessage())
                            .contains("Nor can the source itself serve: source: OptimizationFailed (no)");
                });
    }

    private static void servesSomething(RunWorld world) {
        assertThat(world.stored.phase()).isEqualTo(RunPhase.SUCCEEDED);
        boolean qualified = variants(world).stream().anyMatch(t -> t.phase() == TrialPhase.ACCEPTED);
        assertThat(world.stored.choseSource()).isEqualTo(!qualified);
        assertThat(world.stored.foundVariant()).isEqualTo(qualified);
        assertThat(world.stored.certificates().getFirst().trial())
                .isEqualTo(world.stored.selected().trial());
        assertThat(world.started.containsKey(JobKey.trial(TrialStatus.SOURCE)))
                .as("measured only where no variant qualified")
                .isEqualTo(!qualified);
    }

    private static List<TrialStatus> variants(RunWorld world) {
        return world.stored.trials().stream().filter(t -> !t.ofSource()).toList();
    }

    private static RunWorld world(
            int maxTrials, int parallelism, String timeout, List<Fate> fates, double crash, long seed) {
        return new RunWorld(Runs.orSource(Runs.spec(maxTrials, parallelism, timeout)), fates, crash, seed);
    }

    private static void end(RunWorld world) {
        for (int i = 0; i < TICKS * JobRetries.MAX_ATTEMPTS && !world.ended(); i++) {
            world.tick();
        }
        assertThat(world.ended()).as("ends").isTrue();
    }
}
