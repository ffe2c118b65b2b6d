package dev.edgeai.planner.warmup;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.trial.WarmupResult.Side;
import dev.edgeai.api.trial.WarmupResultBuilder;
import dev.edgeai.api.trial.WarmupResultSideBuilder;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.status.Reason;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked
class WarmupVerdictTest {
    private static final Estimate GOOD = Estimate.of(0.97, 0.94, 0.99, 200);
    private static final Version CANDIDATE = version(1_000);
    private static final Optional<Version> STABLE = Optional.of(version(1_000));

    private static Version version(long p95) {
        return TargetStatusVersionBuilder.builder()
                .revision("green")
                .quality(Estimate.of(0.98, 0.97, 0.99, 1000))
                .latencyP95Micros(p95)
                .build();
    }

    private static Side side(int answered, int model, int refused, int late, int unreachable) {
        return WarmupResultSideBuilder.builder()
                .requests(answered + model + refused + late + unreachable)
                .answered(answered)
                .modelErrors(model)
                .refused(refused)
                .timedOut(late)
                .unreachable(unreachable)
                .firstModelError(model > 0 ? "sample 3: 500" : null)
                .firstOther(refused + late + unreachable > 0 ? "sample 4: connection reset" : null)
                .build();
    }

    private static WarmupResult result(Side candidate, Estimate quality, long p95) {
        return WarmupResultBuilder.builder()
                .requests(candidate.requests())
                .failed(candidate.requests() - candidate.answered())
                .quality(quality)
                .latencyP95Micros(p95)
                .candidate(candidate)
                .stable(side(200, 0, 0, 0, 0))
                .ratio(Estimate.of(1, 0.9, 1.1, 200))
                .build();
    }

    private static WarmupVerdict verdict(WarmupResult seen) {
        return WarmupVerdict.of(seen, CANDIDATE, STABLE, true);
    }

    private static WarmupVerdict quality(double lower, double upper) {
        return verdict(result(side(200, 0, 0, 0, 0), Estimate.of((lower + upper) / 2, lower, upper, 200), 5_000));
    }

    @Test
    void answers_within_the_certified_quality_pass() {
        assertThat(quality(0.94, 0.99).verdict()).isEqualTo(Verdict.PASS);
        assertThat(quality(0.995, 1).verdict()).as("better is no fault").isEqualTo(Verdict.PASS);
        assertThat(quality(0.90, 0.97).verdict()).as("intervals touch").isEqualTo(Verdict.PASS);
    }

    @Test
    void answers_below_the_certified_quality_are_the_models_fault() {
        WarmupVerdict verdict = quality(0.10, 0.20);
        assertThat(verdict.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(verdict.blame()).isEqualTo(Blame.MODEL);
        assertThat(verdict.message()).contains("0.1500").contains("below the certified 0.9800");
    }

    @ParameterizedTest(name = "{0} answered, {1} own errors, {2} refused, {3} late, {4} unreachable: {5} {6} {7}")
    @CsvSource({
        "200, 0, 0, 0, 0, PASS, UNKNOWN, WARMING",
        "199, 1, 0, 0, 0, FAIL, MODEL, WARMUP_FAILED",
        "199, 0, 1, 0, 0, INCONCLUSIVE, ENVIRONMENT, NODE_BUSY",
        "199, 0, 0, 1, 0, INCONCLUSIVE, ENVIRONMENT, NODE_BUSY",
        "199, 0, 0, 0, 1, INCONCLUSIVE, ENVIRONMENT, WARMUP_UNAVAILABLE",
        "0, 0, 0, 0, 200, INCONCLUSIVE, ENVIRONMENT, WARMUP_UNAVAILABLE",
        "100, 1, 50, 0, 50, FAIL, MODEL, WARMUP_FAILED",
        "15, 0, 0, 0, 0, INCONCLUSIVE, ENVIRONMENT, NODE_BUSY",
    })
    void whose_fault_a_request_without_an_answer_is(
            int answered,
            int model,
            int refused,
            int late,
            int unreachable,
            Verdict expected,
            Blame blame,
            Reason reason) {
        WarmupVerdict verdict = verdict(result(side(answered, model, refused, late, unreachable), GOOD, 5_000));
        assertThat(verdict.verdict()).isEqualTo(expected);
        assertThat(verdict.blame()).isEqualTo(blame);
        assertThat(verdict.reason()).isEqualTo(reason);
    }

    @Test
    void samples_that_stable_fails_too_are_not_the_candidates_fault() {
        WarmupResult both = WarmupResultBuilder.builder(result(side(190, 10, 0, 0, 0), GOOD, 5_000))
                .stable(side(190, 10, 0, 0, 0))
                .build();
        assertThat(verdict(both).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(verdict(both).blame()).isEqualTo(Blame.UNKNOWN);
    }

    @ParameterizedTest(name = "stable answered {0} and failed {1} of them: {2}")
    @CsvSource({
        "191, 9, FAIL", // fails fewer
        "190, 10, INCONCLUSIVE",
        "16, 184, INCONCLUSIVE",
        "15, 185, FAIL", // takes other inputs
    })
    void stable_excuses_as_many_errors_as_it_makes_itself(int answered, int errors, Verdict expected) {
        WarmupResult both = WarmupResultBuilder.builder(result(side(190, 10, 0, 0, 0), GOOD, 5_000))
                .stable(side(answered, errors, 0, 0, 0))
                .build();
        assertThat(verdict(both).verdict()).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} wrong answers: {1}")
    @CsvSource({"15, INCONCLUSIVE", "16, FAIL"})
    void few_wrong_answers_are_chance(int answered, Verdict expected) {
        assertThat(verdict(result(side(answered, 0, 0, 0, 0), Estimate.of(0.1, 0.05, 0.2, answered), 5_000))
                        .verdict())
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} pairs: {1} {2}")
    @CsvSource({"15, INCONCLUSIVE, ENVIRONMENT", "16, FAIL, MODEL"})
    void few_pairs_blame_nobody(int pairs, Verdict expected, Blame blame) {
        WarmupVerdict verdict = verdict(WarmupResultBuilder.builder(result(side(200, 0, 0, 0, 0), GOOD, 775_000))
                .ratio(Estimate.of(5, 4, 6, pairs))
                .build());
        assertThat(verdict.verdict()).isEqualTo(expected);
        assertThat(verdict.blame()).isEqualTo(blame);
    }

    @ParameterizedTest(name = "p95 {0} us, ratio {1} to {2}, same node {3}: {4} {5}")
    @CsvSource({
        "510000, 5, 6, true, PASS, UNKNOWN", // not slow for a client on a network
        "775000, 2.1, 6, true, FAIL, MODEL",
        "775000, 2.1, 6, false, INCONCLUSIVE, UNKNOWN", // the node may be the busy one
        "775000, 1.9, 6, true, INCONCLUSIVE, UNKNOWN",
        "775000, 2, 6, true, INCONCLUSIVE, UNKNOWN",
        "775000, 1, 3, true, PASS, UNKNOWN", // twice, as allowed
        "775000, 0.8, 1.2, true, PASS, UNKNOWN", // stable is as slow: the node is
        "775000, 0.8, 1.2, false, PASS, UNKNOWN",
    })
    void slow_is_the_models_fault_only_beside_a_faster_stable(
            long p95, double lower, double upper, boolean sameNode, Verdict expected, Blame blame) {
        WarmupResult seen = WarmupResultBuilder.builder(result(side(200, 0, 0, 0, 0), GOOD, p95))
                .ratio(Estimate.of((lower + upper) / 2, lower, upper, 200))
                .build();
        WarmupVerdict verdict = WarmupVerdict.of(seen, CANDIDATE, STABLE, sameNode);
        assertThat(verdict.verdict()).isEqualTo(expected);
        assertThat(verdict.blame()).isEqualTo(blame);
    }

    @Test
    void a_slow_first_version_meets_a_busy_node_and_is_never_rejected() {
        WarmupResult alone = WarmupResultBuilder.builder(result(side(200, 0, 0, 0, 0), GOOD, 775_000))
                .stable(null)
                .ratio(null)
                .build();
        WarmupVerdict verdict = WarmupVerdict.of(alone, version(48), Optional.empty(), true);
        assertThat(verdict.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(verdict.blame()).isEqualTo(Blame.ENVIRONMENT);
        assertThat(verdict.reason()).isEqualTo(Reason.NODE_BUSY);
        assertThat(verdict.message()).contains("775000 us").contains("certified 48 us");
    }

    @Test
    void a_slower_variant_may_be_as_much_slower_as_its_certificate_says() {
        WarmupResult seen = WarmupResultBuilder.builder(result(side(200, 0, 0, 0, 0), GOOD, 40_000_000))
                .ratio(Estimate.of(5, 4, 6, 200))
                .build();
        Version slower = version(3_000_000);
        assertThat(WarmupVerdict.of(seen, slower, Optional.of(version(1_000_000)), true)
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(WarmupVerdict.of(seen, slower, Optional.of(version(3_000_000)), true)
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    /** Whatever a busy node, a network or a neighbour do, they reject nothing. */
    @Property
    void only_own_errors_answers_and_a_slower_pair_on_one_node_are_the_models(
            @ForAll @IntRange(max = 300) int answered,
            @ForAll @IntRange(max = 50) int refused,
            @ForAll @IntRange(max = 50) int late,
            @ForAll @IntRange(max = 50) int unreachable,
            @ForAll @LongRange(max = 1_000_000_000) long p95,
            @ForAll boolean paired) {
        WarmupResult seen = WarmupResultBuilder.builder(
                        result(side(answered, 0, refused, late, unreachable), GOOD, p95))
                .ratio(paired ? Estimate.of(1.2, 1, 2, 200) : null)
                .build();
        assertThat(verdict(seen).blame()).isNotEqualTo(Blame.MODEL);
        assertThat(verdict(seen).verdict()).isNotEqualTo(Verdict.FAIL);
    }

    @Test
    void an_image_that_knows_no_sides_rejects_nothing_but_wrong_answers() {
        assertThat(verdict(new WarmupResult(200, 1, GOOD, 5_000, "503")).verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(verdict(new WarmupResult(200, 0, GOOD, 5_000, null)).verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(verdict(new WarmupResult(15, 0, GOOD, 5_000, null)).verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(verdict(new WarmupResult(16, 0, GOOD, 5_000, null)).verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(verdict(new WarmupResult(200, 0, GOOD, 775_000, null)).blame())
                .isEqualTo(Blame.ENVIRONMENT);
        assertThat(verdict(new WarmupResult(200, 0, Estimate.of(0.1, 0.05, 0.2, 200), 5_000, null))
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void without_labels_only_the_answering_counts_and_the_message_says_so() {
        WarmupVerdict verdict = verdict(result(side(200, 0, 0, 0, 0), null, 5_000));
        assertThat(verdict.verdict()).isEqualTo(Verdict.PASS);
        assertThat(verdict.message()).contains("has no labels");
    }
}
