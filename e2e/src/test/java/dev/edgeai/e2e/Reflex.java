package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that is done the moment a phase begins, which would be over before anybody who polls had seen it. */
final class Reflex implements AutoCloseable {
    private final RolloutPhase phase;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Watch watch;

    Reflex(Model model, RolloutPhase phase, Runnable action) {
        this.phase = phase;
        this.watch = model.resource().watch(new Watcher<>() {
            @Override
            public void eventReceived(Action event, EdgeModel resource) {
                boolean now = resource.getStatus() != null
                        && resource.getStatus().targets().stream().anyMatch(t -> t.phase() == phase);
                if (now && !done.isDone()) {
                    action.run();
                    done.complete(null);
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                done.completeExceptionally(cause);
            }
        });
    }

    void await(Duration limit) {
        try {
            done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("within " + limit.toSeconds() + " s nobody saw the phase " + phase, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
