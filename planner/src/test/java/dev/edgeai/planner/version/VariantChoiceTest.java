package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.rollout.Remediation;
import dev.edgeai.api.v1alpha1.rollout.RemediationPolicy;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import dev.edgeai.planner.rollout.RolloutMachine;
import dev.edgeai.planner.rollout.RolloutWorld;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class VariantChoiceTest {
    private static final CertifiedVersion FIRST = RolloutWorld.version("first");
    private static final CertifiedVersion SECOND = RolloutWorld.version("second");
    private static final List<CertifiedVersion> RANKED = List.of(FIRST, SECOND);
    private static final TargetStatus NEW = RolloutMachine.begin("t", RolloutWorld.T0);

    private static VariantChoice choose(
            List<CertifiedVersion> ranked, TargetStatus status, RemediationPolicy policy, Instant now) {
        return VariantChoice.of(ranked, status, new Remediation(policy, new TimeSpan("10m")), now);
    }

    private static TargetStatus rejecting(CertifiedVersion... versions) {
        RolloutWorld world = new RolloutWorld(RolloutPolicy.defaults(), 0, 1);
        for (CertifiedVersion v : versions) {
            world.want(v.trial(), Nature.CRASHES);
            world.settle(100);
        }
        return world.stored;
    }

    @Test
    void the_best_certified_version_is_wanted() {
        assertThat(choose(RANKED, NEW, RemediationPolicy.NONE, RolloutWorld.T0).wanted())
                .contains(FIRST);
        assertThat(choose(List.of(), NEW, RemediationPolicy.NONE, RolloutWorld.T0)
                        .wanted())
                .isEmpty();
    }

    @Test
    void after_a_rejection_automatic_waits_for_the_cooldown_and_goes_on_to_the_next() {
        TargetStatus status = rejecting(FIRST);
        Instant rolledBack = Instant.parse(status.lastRollback().time());
        VariantChoice soon = choose(RANKED, status, RemediationPolicy.AUTOMATIC, rolledBack.plusSeconds(599));
        assertThat(soon.wanted()).isEmpty();
        assertThat(soon.suggestion().orElseThrow()).contains("openvino/second").contains("cooldown");
        assertThat(soon.notBefore()).contains(rolledBack.plus(Duration.ofMinutes(10)));
        assertThat(choose(RANKED, status, RemediationPolicy.AUTOMATIC, rolledBack.plus(Duration.ofMinutes(10)))
                        .wanted())
                .contains(SECOND);
    }

    @Test
    void suggest_names_the_next_and_none_stays() {
        TargetStatus status = rejecting(FIRST);
        Instant later = RolloutWorld.T0.plus(Duration.ofDays(1));
        assertThat(choose(RANKED, status, RemediationPolicy.SUGGEST, later).wanted())
                .isEmpty();
        assertThat(choose(RANKED, status, RemediationPolicy.SUGGEST, later)
                        .suggestion()
                        .orElseThrow())
                .contains("openvino/second");
        assertThat(choose(RANKED, status, RemediationPolicy.NONE, later))
                .isEqualTo(new VariantChoice(Optional.empty(), Optional.empty(), Optional.empty()));
    }

    @Test
    void when_all_are_rejected_a_person_is_asked() {
        VariantChoice choice = choose(
                RANKED,
                rejecting(FIRST, SECOND),
                RemediationPolicy.AUTOMATIC,
                RolloutWorld.T0.plus(Duration.ofDays(1)));
        assertThat(choice.wanted()).isEmpty();
        assertThat(choice.suggestion().orElseThrow()).contains("edgeai.dev/retry");
    }

    @Test
    void what_serves_or_is_on_its_way_stays_wanted_whatever_the_policy() {
        TargetStatus rejected = rejecting(FIRST);
        for (TargetStatus status : List.of(
                TargetStatusBuilder.builder(rejected).stable(SECOND.toVersion()).build(),
                TargetStatusBuilder.builder(rejected)
                        .candidate(SECOND.toVersion())
                        .build())) {
            assertThat(choose(RANKED, status, RemediationPolicy.NONE, RolloutWorld.T0)
                            .wanted())
                    .contains(SECOND);
        }
        TargetStatus other = TargetStatusBuilder.builder(rejected)
                .stable(RolloutWorld.version("third").toVersion())
                .candidate(RolloutWorld.version("fourth").toVersion())
                .build();
        assertThat(choose(RANKED, other, RemediationPolicy.NONE, RolloutWorld.T0)
                        .wanted())
                .isEmpty();
    }

    @Test
    void a_person_goes_back_to_a_known_version_that_was_not_rejected() {
        assertThat(VariantChoice.rollbackTo(SECOND.digest(), RANKED, NEW).wanted())
                .contains(SECOND);
        assertThat(VariantChoice.rollbackTo("sha256:typo", RANKED, NEW).wanted())
                .isEmpty();
        VariantChoice rejected = VariantChoice.rollbackTo(FIRST.digest(), RANKED, rejecting(FIRST));
        assertThat(rejected.wanted()).isEmpty();
        assertThat(rejected.suggestion().orElseThrow()).contains("was rejected");
    }

    @Test
    void only_the_stable_version_serves_what_is_wanted() {
        VariantChoice choice = choose(RANKED, NEW, RemediationPolicy.NONE, RolloutWorld.T0);
        assertThat(choice.isServedBy(NEW)).isFalse();
        assertThat(choice.isServedBy(TargetStatusBuilder.builder(NEW)
                        .stable(FIRST.toVersion())
                        .build()))
                .isTrue();
        assertThat(choice.isServedBy(TargetStatusBuilder.builder(NEW)
                        .stable(SECOND.toVersion())
                        .candidate(FIRST.toVersion())
                        .build()))
                .isFalse();
    }
}
