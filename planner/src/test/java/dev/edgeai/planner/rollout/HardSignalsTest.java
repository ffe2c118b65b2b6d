package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.traffic.Selection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Pods that end again and again are evidence only when what they say is of the version. */
class HardSignalsTest {
    private static final Version GREEN =
            TargetStatusVersionBuilder.builder().revision("rev-green").build();
    private static final Version BLUE =
            TargetStatusVersionBuilder.builder().revision("rev-blue").build();

    @ParameterizedTest(name = "pods that say {0}: {1}")
    @CsvSource({
        "CertificateInvalid, CERTIFICATE_INVALID",
        "CertificateMismatch, CERTIFICATE_MISMATCH",
        "DigestMismatch, DIGEST_MISMATCH",
        "TooLarge, TOO_LARGE",
        "OutOfMemory, CRASH_LOOP",
        "InternalError, CRASH_LOOP",
        "RegistryUnavailable,",
        "CertificateMissing,",
        "ArtifactMissing,",
        "DiskFull,",
    })
    void what_the_pods_lacked_is_no_word_against_the_version(String said, Reason reason) {
        RevisionState state = RevisionStateBuilder.builder(RevisionState.of(1, 0))
                .crashLooping(true)
                .failure(Optional.of(new Failure(said, "why")))
                .build();

        assertThat(HardSignals.whileStarting(GREEN, seen(state)).map(HardSignals::reason))
                .isEqualTo(Optional.ofNullable(reason));
    }

    @ParameterizedTest(name = "silent for {0} s beside one ready {1} s longer, on the same nodes {2}: {3}")
    @CsvSource({
        "20, 1, true, PODS_NOT_READY",
        "19, 1, true,",
        "20, 0, true,", // the other had just come up
        "20,, true,", // the other is not ready either
        "20, 1, false,", // a node may be what is silent
    })
    void pods_that_fall_silent_are_evidence_only_beside_others_that_go_on_answering(
            int seconds, @Nullable Integer longer, boolean sameNodes, @Nullable Reason reason) {
        Instant since = RolloutWorld.T0.minusSeconds(seconds);
        RevisionState silent = RevisionStateBuilder.builder(RevisionState.of(1, 0))
                .silentSince(Optional.of(since))
                .silenceSeen(Optional.of(since))
                .build();
        RevisionState other = RevisionStateBuilder.builder(RevisionState.of(1, 1))
                .readySince(Optional.ofNullable(longer).map(since::minusSeconds))
                .build();
        RolloutObservation both = RolloutObservationBuilder.builder(seen(silent))
                .revisions(Map.of(GREEN.revision(), silent, BLUE.revision(), other))
                .sameNodes(sameNodes)
                .build();

        assertThat(HardSignals.whileServing(GREEN, BLUE, both, RolloutWorld.T0).map(HardSignals::reason))
                .isEqualTo(Optional.ofNullable(reason));
    }

    private static RolloutObservation seen(RevisionState state) {
        return new RolloutObservation(
                Optional.empty(),
                1,
                false,
                Commands.NONE,
                Map.of(GREEN.revision(), state),
                new Selection.Nothing(),
                Optional.empty(),
                new JobState.Missing<>(),
                Set.of(),
                Set.of(),
                true,
                LiveMetrics.NONE,
                Map.of());
    }
}
