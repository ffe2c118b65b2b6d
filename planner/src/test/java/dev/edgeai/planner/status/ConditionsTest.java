package dev.edgeai.planner.status;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import io.fabric8.kubernetes.api.model.Condition;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ConditionsTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00.123Z");

    @Test
    void the_transition_time_changes_only_with_the_status() {
        List<Condition> first = Conditions.of(List.of(), 1, T0)
                .progressing(Reason.SEARCHING, "a")
                .list();
        List<Condition> second = Conditions.of(first, 2, T0.plusSeconds(60))
                .progressing(Reason.CERTIFYING, "b")
                .list();
        List<Condition> third = Conditions.of(second, 2, T0.plusSeconds(90))
                .ready(Reason.SUCCEEDED, "c")
                .list();

        assertThat(ready(second).getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(ready(second).getReason()).isEqualTo("Certifying");
        assertThat(ready(second).getObservedGeneration()).isEqualTo(2);
        assertThat(ready(third).getLastTransitionTime()).isEqualTo("2026-01-01T00:01:30Z");
        assertThat(Conditions.find(third, "Stalled").orElseThrow().getLastTransitionTime())
                .isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void kstatus_sees_exactly_one_of_in_progress_failed_and_current() {
        Conditions none = Conditions.of(List.of(), 1, T0);
        assertThat(statuses(none.progressing(Reason.SEARCHING, ""))).containsExactly("False", "True", "False");
        assertThat(statuses(none.stalled(Reason.NO_MATCHING_NODE, ""))).containsExactly("False", "False", "True");
        assertThat(statuses(none.ready(Reason.SUCCEEDED, ""))).containsExactly("True", "False", "False");
    }

    @Test
    void what_is_given_is_not_changed() {
        List<Condition> first = Conditions.of(List.of(), 1, T0)
                .progressing(Reason.SEARCHING, "a")
                .list();
        Conditions.of(first, 2, T0).ready(Reason.SUCCEEDED, "b");
        assertThat(ready(first).getStatus()).isEqualTo("False");
    }

    @Test
    void every_reason_is_a_different_word_in_pascal_case_and_covers_what_pods_report() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::text))
                .doesNotHaveDuplicates()
                .allMatch(t -> t.matches("([A-Z][a-z0-9]*)+"));
        assertThat(FailureReason.values()).allMatch(f -> Reason.of(f.reason()).isPresent());
        assertThat(Reason.of(new Failure("NncfCrashed", ""))).isEqualTo(Reason.TRIAL_FAILED);
    }

    private static Condition ready(List<Condition> conditions) {
        return Conditions.find(conditions, "Ready").orElseThrow();
    }

    private static List<String> statuses(Conditions conditions) {
        return conditions.list().stream().map(Condition::getStatus).toList();
    }
}
