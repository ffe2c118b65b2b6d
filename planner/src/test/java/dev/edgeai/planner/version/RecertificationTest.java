package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.planner.rollout.RolloutMachine;
import dev.edgeai.planner.rollout.RolloutWorld;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // all three versions are there
class RecertificationTest {
    private static final CertifiedVersion OLD = RolloutWorld.version("blue");
    private static final CertifiedVersion NEW = CertifiedVersionBuilder.builder(OLD)
            .certificate("sha256:renewed")
            .run("run-2")
            .latencyP95Micros(2_000)
            .revision("of another pod")
            .build();

    private static TargetStatus status(Version version) {
        return TargetStatusBuilder.builder(RolloutMachine.begin("t", RolloutWorld.T0))
                .stable(version)
                .candidate(version)
                .previous(version)
                .build();
    }

    @Test
    void a_new_certificate_is_written_down_and_the_version_stays() {
        TargetStatus after = Recertification.of(status(OLD.toVersion()), List.of(NEW), version -> true);
        assertThat(List.of(after.stable(), after.candidate(), after.previous())).allSatisfy(version -> {
            assertThat(version.certificate()).isEqualTo(NEW.certificate());
            assertThat(version.run()).isEqualTo(NEW.run());
            assertThat(version.latencyP95Micros()).isEqualTo(NEW.latencyP95Micros());
            assertThat(version.revision()).isEqualTo(OLD.revision());
        });
    }

    @Test
    void a_certificate_of_another_artifact_or_for_other_hardware_says_nothing() {
        TargetStatus before = status(OLD.toVersion());
        assertThat(Recertification.of(before, List.of(RolloutWorld.version("green")), version -> true))
                .isEqualTo(before);
        assertThat(Recertification.of(before, List.of(NEW), version -> false)).isEqualTo(before);
    }

    @Test
    void nothing_is_made_of_versions_that_are_not_there() {
        TargetStatus none = RolloutMachine.begin("t", RolloutWorld.T0);
        assertThat(Recertification.of(none, List.of(NEW), version -> true)).isEqualTo(none);
    }
}
