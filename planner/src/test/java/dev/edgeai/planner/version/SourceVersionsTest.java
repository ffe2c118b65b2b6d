package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.rollout.RolloutMachine;
import dev.edgeai.planner.rollout.RolloutWorld;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class SourceVersionsTest {
    private static final CertifiedVersion SOURCE = CertifiedVersionBuilder.builder(RolloutWorld.version("original"))
            .trial(TrialStatus.SOURCE)
            .variant(TrialStatus.SOURCE)
            .build();
    private static final CertifiedVersion VARIANT = RolloutWorld.version("variant");
    private static final TargetStatus NEW = RolloutMachine.begin("t", RolloutWorld.T0);

    @Test
    void where_nothing_serves_the_source_may() {
        assertThat(SourceVersions.offered(List.of(SOURCE), NEW)).containsExactly(SOURCE);
    }

    @Test
    void where_a_source_serves_the_next_one_may() {
        assertThat(SourceVersions.offered(List.of(SOURCE), serving(SOURCE))).containsExactly(SOURCE);
        assertThat(SourceVersions.offered(List.of(VARIANT), serving(SOURCE)))
                .as("an ordinary rollout")
                .containsExactly(VARIANT);
    }

    @Test
    void a_variant_that_serves_or_is_on_its_way_is_not_exchanged_for_the_source() {
        assertThat(SourceVersions.offered(List.of(SOURCE), serving(VARIANT))).isEmpty();
        TargetStatus onItsWay = TargetStatusBuilder.builder(serving(SOURCE))
                .candidate(VARIANT.toVersion())
                .build();
        assertThat(SourceVersions.offered(List.of(SOURCE), onItsWay)).isEmpty();
    }

    private static TargetStatus serving(CertifiedVersion version) {
        return TargetStatusBuilder.builder(NEW).stable(version.toVersion()).build();
    }
}
