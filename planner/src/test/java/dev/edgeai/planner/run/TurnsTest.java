package dev.edgeai.planner.run;

import dev.edgeai.planner.run.Turns.TrialPod;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class TurnsTest {
    private static final Instant NOW = Runs.T0;
    private static final TrialPod OTHER_WAITS = new TrialPod("b", "cpu", true, Optional.empty());

    @Test
    void a_namespace_has_one_pod_that_waits_for_a_class() {
        assertThat(isNext()).isTrue();
        assertThat(isNext(ended("a", 1))).as("nobody else waits").isTrue();
        assertThat(isNext(waiting("a"))).isFalse();
        assertThat(isNext(OTHER_WAITS)).isTrue();
        assertThat(isNext(OTHER_WAITS, waiting("a"))).isFalse();
        assertThat(isNext(new TrialPod("a", "gpu", true, Optional.empty())))
                .as("another class is another node")
                .isTrue();
    }

    @Test
    void after_a_trial_of_its_own_whoever_waits_is_first_but_not_for_ever() {
        assertThat(isNext(OTHER_WAITS, ended("a", 14))).isFalse();
        assertThat(isNext(OTHER_WAITS, ended("a", 15))).isTrue();
    }

    /** One node, trials of a minute, a scheduler that tries what is new at once and the rest each ten seconds. */
    @Test
    void a_namespace_with_many_runs_gets_at_most_two_trials_for_each_of_one_with_one() {
        Map<String, Integer> measured = new HashMap<>();
        List<String> waiting = new ArrayList<>();
        String running = "";
        Map<String, Instant> ended = new HashMap<>();
        for (int second = 0; second < 3600; second++) {
            Instant now = NOW.plusSeconds(second);
            if (!running.isEmpty() && second % 60 == 59) {
                ended.put(running, now);
                measured.merge(running, 1, Integer::sum);
                running = "";
            }
            List<String> runs = List.of("many", "many", "many", "many", "many", "one");
            for (String namespace : runs) {
                long alreadyThere = waiting.stream().filter(namespace::equals).count();
                long most = namespace.equals("many") ? 5 : 1;
                boolean busy = running.equals(namespace) && most == 1;
                if (alreadyThere < most && !busy && Turns.isNext(pods(waiting, ended), namespace, "cpu", now)) {
                    if (running.isEmpty()) {
                        running = namespace; // new pods are tried at once
                    } else {
                        waiting.add(namespace);
                    }
                }
            }
            if (running.isEmpty() && second % 10 == 0 && !waiting.isEmpty()) {
                running = waiting.removeFirst();
            }
        }
        assertThat(measured.getOrDefault("one", 0)).isGreaterThanOrEqualTo(measured.getOrDefault("many", 0) / 2 - 1);
    }

    private static List<TrialPod> pods(List<String> waiting, Map<String, Instant> ended) {
        List<TrialPod> pods = new ArrayList<>();
        waiting.forEach(namespace -> pods.add(waiting(namespace)));
        ended.forEach((namespace, when) -> pods.add(new TrialPod(namespace, "cpu", false, Optional.of(when))));
        return pods;
    }

    private static boolean isNext(TrialPod... pods) {
        return Turns.isNext(List.of(pods), "a", "cpu", NOW);
    }

    private static TrialPod waiting(String namespace) {
        return new TrialPod(namespace, "cpu", true, Optional.empty());
    }

    private static TrialPod ended(String namespace, int secondsAgo) {
        return new TrialPod(namespace, "cpu", false, Optional.of(NOW.minusSeconds(secondsAgo)));
    }
}
