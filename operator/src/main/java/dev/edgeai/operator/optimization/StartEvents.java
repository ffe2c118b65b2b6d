package dev.edgeai.operator.optimization;

import dev.edgeai.planner.StartTrouble;
import dev.edgeai.planner.Times;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Why something does not start, where only an Event tells it: a quota or a LimitRange refuses the Job's pods, a Secret to
 * be mounted is missing. Events are listed for one object and only when it is silent; they are never watched.
 */
final class StartEvents {
    private static final Logger LOG = LoggerFactory.getLogger(StartEvents.class);

    private StartEvents() {}

    /** Kubernetes' word and sentence. */
    record Trouble(String reason, String message) {}

    /** What the newest Event of this object says, if that is a trouble. */
    static Optional<Trouble> of(KubernetesClient client, String namespace, String uid) {
        try {
            return newest(
                    client
                            .v1()
                            .events()
                            .inNamespace(namespace)
                            .withField("involvedObject.uid", uid)
                            .list()
                            .getItems()
                            .stream());
        } catch (KubernetesClientException e) {
            LOG.warn(
                    "cannot list events in {}, which tell why pods do not start{}: {}",
                    namespace,
                    e.getCode() == HttpURLConnection.HTTP_FORBIDDEN ? " (grant it, docs/rbac.md)" : "",
                    e.getMessage());
            return Optional.empty();
        }
    }

    /** Of two in the same second the warning counts: times are in whole seconds. */
    static Optional<Trouble> newest(Stream<Event> events) {
        return events.max(Comparator.comparing(StartEvents::time)
                        .thenComparing(event -> "Warning".equals(event.getType())))
                .filter(event -> event.getReason() != null)
                .map(event -> new Trouble(event.getReason(), event.getMessage() == null ? "" : event.getMessage()))
                .filter(trouble ->
                        StartTrouble.reason(trouble.reason(), trouble.message()).isPresent());
    }

    private static Instant time(Event event) {
        return Stream.of(
                        Optional.ofNullable(event.getSeries())
                                .map(series -> series.getLastObservedTime())
                                .map(time -> time.getTime()),
                        Optional.ofNullable(event.getLastTimestamp()),
                        Optional.ofNullable(event.getEventTime()).map(time -> time.getTime()),
                        Optional.ofNullable(event.getMetadata().getCreationTimestamp()))
                .flatMap(Optional::stream)
                .findFirst()
                .flatMap(Times::read)
                .orElse(Instant.EPOCH);
    }
}
