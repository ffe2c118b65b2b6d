package dev.edgeai.operator.optimization;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.MicroTime;
import org.junit.jupiter.api.Test;

import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class StartEventsTest {
    private static final String EARLY = "2026-01-01T00:00:00Z";
    private static final String LATE = "2026-01-01T00:01:00Z";

    @Test
    void theNewestCounts() {
        assertThat(StartEvents.newest(
                        Stream.of(event("Normal", "Scheduled", EARLY), event("Warning", "FailedMount", LATE))))
                .contains(new StartEvents.Trouble("FailedMount", "said"));
        assertThat(StartEvents.newest(
                        Stream.of(event("Warning", "FailedMount", EARLY), event("Normal", "Pulling", LATE))))
                .as("the Secret is there by now")
                .isEmpty();
    }

    @Test
    void inOneSecondTheWarningCounts() {
        assertThat(StartEvents.newest(
                        Stream.of(event("Warning", "FailedCreate", EARLY), event("Normal", "SuccessfulCreate", EARLY))))
                .isPresent();
    }

    @Test
    void anEventMayHaveAnyOfItsTimesOrNone() {
        Event newKind = new EventBuilder()
                .withNewMetadata()
                .endMetadata()
                .withType("Warning")
                .withReason("FailedMount")
                .withEventTime(new MicroTime("2026-01-01T00:02:00.000000Z"))
                .build();
        assertThat(StartEvents.newest(Stream.of(event("Normal", "Pulling", LATE), newKind)))
                .isPresent();
        assertThat(StartEvents.newest(Stream.of(
                        new EventBuilder().withNewMetadata().endMetadata().build())))
                .isEmpty();
        assertThat(StartEvents.newest(Stream.of())).isEmpty();
    }

    /** The API takes 9999-12-31T23:59:59-01:00 and writes it so. */
    @Test
    void aTimeThatCannotBeReadIsThatOfAnEventWithoutOne() {
        assertThat(StartEvents.newest(Stream.of(
                        event("Normal", "Pulling", "10000-01-01T00:59:59Z"), event("Warning", "FailedMount", EARLY))))
                .isPresent();
    }

    private static Event event(String type, String reason, String time) {
        return new EventBuilder()
                .withNewMetadata()
                .endMetadata()
                .withType(type)
                .withReason(reason)
                .withMessage("said")
                .withLastTimestamp(time)
                .build();
    }
}
