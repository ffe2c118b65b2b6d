package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.version.RuntimeUpgrades.Turn;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class UpgradeTurnsTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String WAITS = "phase: Idle, stable: " + version("runtime:1");
    private static final String ROLLS = WAITS.replace("Idle", "Ramping") + ", candidate: " + version("runtime:2")
            + ", upgrade: {image: runtime:2, state: Rolling, tried: \"%s\", message: m}";
    private static final String FAILED = WAITS + ", upgrade: {image: runtime:2, state: Failed, message: m}";

    private final UpgradeTurns turns = new UpgradeTurns("runtime:2", 1);
    private final List<EdgeModel> fleet = new ArrayList<>();

    @BeforeEach
    void watch() {
        turns.over(() -> fleet);
    }

    @Test
    void oneThatIsOnItsWayKeepsTheOthersWaiting() {
        model("cam-a", ROLLS.formatted(NOW));
        model("cam-b", WAITS);
        assertThat(begins("cam-b", NOW)).isFalse();
        assertThat(begins("cam-b", NOW.plus(Duration.ofHours(1))))
                .as("but not for ever")
                .isTrue();
    }

    @Test
    void aTimeThatIsNoneInAnothersStatusStopsNobody() {
        model("cam-a", ROLLS.formatted("yesterday"));
        model("cam-b", WAITS);
        assertThat(begins("cam-b", NOW)).isTrue();
    }

    /** What was granted is not seen in the status where each write of the target is refused. */
    @Test
    void oneThatIsGrantedItsTurnAndCannotBeginStandsBehindTheOthers() {
        model("cam-a", WAITS);
        model("cam-b", WAITS);
        assertThat(begins("cam-a", NOW)).isTrue();
        boolean begins = false;
        for (int seconds = 5; seconds <= 120 && !begins; seconds += 5) {
            Instant now = NOW.plusSeconds(seconds);
            begins("cam-a", now);
            begins = begins("cam-b", now);
        }
        assertThat(begins).isTrue();
    }

    @Test
    void whatWasGrantedAMomentAgoIsGrantedAgainAndCounts() {
        model("cam-a", WAITS);
        model("cam-b", WAITS);
        assertThat(begins("cam-a", NOW)).isTrue();
        assertThat(begins("cam-b", NOW.plusSeconds(1))).isFalse();
        assertThat(begins("cam-a", NOW.plusSeconds(2))).isTrue();
    }

    @Test
    void aFailureEndsWithItsModel() {
        EdgeModel failed = model("cam-a", FAILED);
        model("cam-b", WAITS);
        assertThat(begins("cam-b", NOW)).isFalse();
        failed.getMetadata().setDeletionTimestamp(NOW.toString());
        assertThat(begins("cam-b", NOW)).isTrue();
    }

    private boolean begins(String model, Instant now) {
        TargetStatus status = fleet.stream()
                .filter(m -> m.getMetadata().getName().equals(model))
                .findFirst()
                .orElseThrow()
                .getStatus()
                .targets()
                .getFirst();
        return turns.turn(new TargetRef("vision", model, "cpu"), status, now) instanceof Turn.Begin;
    }

    private EdgeModel model(String name, String status) {
        EdgeModel model = Samples.yaml("""
                metadata: {name: %s, namespace: vision}
                status: {targets: [{name: cpu, %s}]}
                """.formatted(name, status), EdgeModel.class);
        fleet.add(model);
        return model;
    }

    private static String version(String image) {
        return "{revision: \"%s\", digest: d, image: \"%s\"}".formatted(image, image);
    }
}
