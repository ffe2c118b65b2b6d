package dev.edgeai.operator.rollout;

import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import org.jspecify.annotations.Nullable;

import java.util.function.BiConsumer;

/** Watchers of tests. */
final class Watches {
    private Watches() {}

    static <T> Watcher<T> on(BiConsumer<Watcher.Action, T> seen) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, T resource) {
                seen.accept(action, resource);
            }

            @Override
            public void onClose(@Nullable WatcherException cause) {
                // the test closes it
            }
        };
    }
}
