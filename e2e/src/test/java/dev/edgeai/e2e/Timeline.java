package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every status that a person with {@code kubectl get -w} would have seen. */
final class Timeline implements AutoCloseable {
    private final List<TargetStatus> seen = new CopyOnWriteArrayList<>();
    private final Watch watch;

    Timeline(Model model) {
        this.watch = model.resource().watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, EdgeModel resource) {
                if (resource.getStatus() != null
                        && !resource.getStatus().targets().isEmpty()) {
                    seen.add(resource.getStatus().targets().getFirst());
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                // A lost watch shows as missing phases, which the test asserts.
            }
        });
    }

    List<TargetStatus> seen() {
        return List.copyOf(seen);
    }

    /** Waits for the news of a phase that was read elsewhere: the watch may be behind. */
    void awaitPhase(RolloutPhase phase) {
        Until.holds(
                "the watch tells of " + phase,
                Duration.ofSeconds(30),
                () -> !seen.isEmpty() && seen.getLast().phase() == phase);
    }

    /** The phases in order, repetitions left out; ramp steps as {@code RAMPING 0}. */
    List<String> phases() {
        List<String> phases = new ArrayList<>();
        for (TargetStatus target : seen) {
            String phase = target.phase() == RolloutPhase.RAMPING
                    ? "RAMPING " + target.step()
                    : target.phase().name();
            if (phases.isEmpty() || !phases.getLast().equals(phase)) {
                phases.add(phase);
            }
        }
        return phases;
    }

    @Override
    public void close() {
        watch.close();
    }
}
