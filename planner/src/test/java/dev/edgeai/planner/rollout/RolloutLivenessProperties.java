package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Waiting;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.rollout.Promotion;
import dev.edgeai.api.v1alpha1.rollout.RampStep;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverridesBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens to a cluster, and whenever: once it is healthy again, things come to an end, the last good version
 * serves, and no good version was rejected. What happens is drawn by chance: pods evicted, deleted and silent, nodes
 * cordoned and lost, quotas, Deployments deleted and edited by hand, the Service deleted or pointed elsewhere, scales to
 * zero and back, suspensions, newer versions, runs deleted, metrics that cannot be read, no requests, clocks that differ,
 * and an operator that dies between any two steps. The world checks after each write that it sends no user to an
 * unverified version and takes the last ready pod from nobody.
 *
 * <p>Schedules: {@code -Dedgeai.schedules=100000} for the long run (runtime: minutes), {@value #FEW} by default.
 */
@NullUnmarked // null takes a default
class RolloutLivenessProperties {
    private static final int FEW = 2_000;
    private static final int BLOCK = 1_000;
    private static final int DISTURBED_TICKS = 150;
    private static final int PATIENCE = 12_000;
    private static final Duration RARELY = Duration.ofMinutes(18);

    /** What fails only under users can get through where people skip steps or metrics cannot be read. */
    private static final Set<Nature> SEEN_BEFORE_USERS =
            Set.of(Nature.CRASHES, Nature.REFUSED, Nature.NEVER_READY, Nature.WRONG_ANSWERS);

    static LongStream blocks() {
        int schedules = Integer.getInteger("edgeai.schedules", FEW);
        return LongStream.range(0, Math.max(1, schedules / BLOCK));
    }

    @ParameterizedTest(name = "schedules {0}000 to {0}999")
    @MethodSource("blocks")
    void from_every_state_with_a_healthy_cluster_things_come_to_an_end(long block) {
        for (long seed = block * BLOCK; seed < (block + 1) * BLOCK; seed++) {
            try {
                schedule(seed);
            } catch (AssertionError e) {
                throw new AssertionError("schedule " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void schedule(long seed) {
        Random random = new Random(seed);
        RolloutWorld world = new RolloutWorld(policy(random), random.nextInt(3) * 0.1, seed);
        world.replicas = 1 + random.nextInt(4);
        String good = world.want("v0", Nature.GOOD).revision();
        world.settle(PATIENCE);
        Nature nature = Nature.GOOD;
        String wanted = good;
        int version = 0;
        for (int tick = 0; tick < DISTURBED_TICKS; tick++) {
            if (random.nextInt(40) == 0) {
                nature = random.nextInt(3) > 0 ? Nature.GOOD : Nature.values()[random.nextInt(Nature.values().length)];
                wanted = world.want("v" + ++version, nature).revision();
            }
            if (random.nextInt(8) == 0) {
                disturb(world, random);
            }
            world.tick();
        }
        heal(world);
        if (world.wanted == null) {
            world.want("v" + version, nature);
        }
        if (nature == Nature.GOOD) {
            world.pods.unplaceable.remove(wanted); // what served before may never find a place again
        } else {
            world.pods.unplaceable.clear();
        }
        settle(world);
        assertThat(world.stored.phase()).isEqualTo(RolloutPhase.IDLE);
        if (nature == Nature.GOOD) {
            assertThat(world.stored.stable().revision()).isEqualTo(wanted);
        } else if (SEEN_BEFORE_USERS.contains(nature)) {
            assertThat(world.stored.stable().revision()).isNotEqualTo(wanted);
        }
        String serving = world.stored.stable().revision();
        assertThat(world.selection).isEqualTo(new Selection.One(serving));
        assertThat(world.traffic).isEqualTo(new Only(serving));
        assertThat(world.deployed()).containsExactly(serving);
        assertThat(world.replicasOf(serving)).isEqualTo(world.replicas);
        assertThat(world.stored.rejected())
                .extracting(RejectedDigest::revision)
                .as("a good version is rejected by nothing that happens to a cluster")
                .allMatch(revision -> !world.isGood(revision));
    }

    private static RolloutPolicy policy(Random random) {
        List<RampStep> ramp = List.of(
                new RampStep(10 + random.nextInt(30), new TimeSpan("9s")), new RampStep(50, new TimeSpan("12s")));
        return RolloutOverridesBuilder.builder()
                .ramp(random.nextInt(5) == 0 ? List.of() : ramp)
                .promotion(Promotion.AUTOMATIC)
                .bake(new TimeSpan("30s"))
                .progressDeadline(new TimeSpan("90s"))
                .build()
                .over(RolloutPolicy.defaults());
    }

    private static void disturb(RolloutWorld world, Random random) {
        List<String> deployed = List.copyOf(world.deployed());
        String rev = deployed.isEmpty() ? "none" : deployed.get(random.nextInt(deployed.size()));
        int node = random.nextInt(WorldPods.NODES);
        switch (random.nextInt(18)) {
            case 0 -> world.pods.take(rev, random.nextInt(10), true, world.now);
            case 1 -> world.pods.take(rev, random.nextInt(10), false, world.now);
            case 2 -> world.pods.cordoned[node] = !world.pods.cordoned[node];
            case 3 -> world.pods.down[node] = !world.pods.down[node];
            case 4 -> world.pods.quota = random.nextBoolean() ? random.nextInt(4) : Integer.MAX_VALUE;
            case 5 -> world.pods.delete(rev);
            case 6 -> world.pods.edit(rev);
            case 7 -> world.selection = new Selection.Nothing();
            case 8 -> world.replicas = random.nextInt(4);
            case 9 -> world.suspended = !world.suspended;
            case 10 -> world.silent = !world.silent;
            case 11 -> world.quiet = !world.quiet;
            case 12 -> world.wanted = null;
            case 13 -> world.skew = Duration.ofSeconds(random.nextInt(600) - 300L);
            case 14 -> world.live(); // the operator stalls
            case 15 -> world.now = world.now.plusSeconds(random.nextInt(120));
            case 16 ->
                world.skip = world.stored.candidate() == null
                        ? null
                        : world.stored.candidate().revision();
            case 17 -> world.pods.unplaceable.add(rev);
            default -> throw new IllegalStateException();
        }
    }

    private static void heal(RolloutWorld world) {
        for (int i = 0; i < WorldPods.NODES; i++) {
            world.pods.cordoned[i] = false;
            world.pods.down[i] = false;
        }
        world.pods.quota = Integer.MAX_VALUE;
        world.suspended = false;
        world.silent = false;
        world.quiet = false;
        world.skew = Duration.ZERO;
        world.replicas = Math.max(1, world.replicas);
    }

    /** Until it settles; where it only waits, time goes faster. */
    private static void settle(RolloutWorld world) {
        for (int i = 0; i < PATIENCE; i++) {
            world.tick();
            if (world.settled() || isTriedAgainRarely(world)) {
                return;
            }
            if (world.stored.phase() == RolloutPhase.IDLE && world.stored.waiting() != null) {
                world.now = world.now.plusSeconds(60);
            }
        }
        throw new AssertionError(
                "does not come to an end; it is " + world.stored.phase() + ": " + world.stored.message() + "; "
                        + world.selection + " " + world.pods.replicas() + "; " + world.last.actions());
    }

    /**
     * Where what serves fails its users as the newer version does, nothing is said about the newer one; it may be what
     * both need. So this has no end, but is hardly noticed.
     */
    private static boolean isTriedAgainRarely(RolloutWorld world) {
        Waiting waiting = world.stored.waiting();
        if (world.stored.phase() != RolloutPhase.IDLE || waiting == null || waiting.blame() != Blame.ENVIRONMENT) {
            return false;
        }
        Duration left = Duration.between(world.now, Instant.parse(waiting.until()));
        return !world.isGood(waiting.revision())
                && !world.isGood(world.stored.stable().revision())
                && left.compareTo(RARELY) > 0
                && left.compareTo(RARELY.plusMinutes(10)) < 0; // and the last try is cleared away
    }
}
