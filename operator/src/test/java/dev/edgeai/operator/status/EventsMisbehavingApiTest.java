package dev.edgeai.operator.status;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.misbehaving.MisbehavingApi;
import dev.edgeai.operator.services.Services;
import io.fabric8.kubernetes.api.model.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** An Event that cannot be written stops nothing, and keeps nobody waiting: a rollback may stand behind it. */
class EventsMisbehavingApiTest {
    private final MisbehavingApi api = new MisbehavingApi();
    private final Events events = Services.of(
                    api.client(),
                    new OperatorEnvironment(Path.of("unused"), "system", "test", Set.of(), false, 0),
                    Samples.yaml(Samples.CONFIG, OperatorConfig.class),
                    Clock.systemUTC())
            .events();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void oneThatTheServerCannotStoreIsTriedOnce() {
        api.refuse("POST", "/events", 500, "etcdserver: request timed out");
        tell("key");
        assertThat(api.asked("POST", "/events")).hasSize(1);
    }

    @Test
    void aQuotaOnEventsStopsNothing() {
        api.refuse("POST", "/events", 403, "exceeded quota: events");
        tell("key");
        assertThat(api.asked("POST", "/events")).hasSize(1);
    }

    @Test
    void theSameHappeningHasTheSameNameAndAnotherOneAnother() {
        tell("key");
        tell("key");
        tell("other");
        assertThat(api.asked("POST", "/events").stream()
                        .map(event -> event.body().at("/metadata/name").asText())
                        .distinct())
                .as("the second is refused as one that exists")
                .hasSize(2);
    }

    private void tell(String key) {
        events.tell(
                Samples.yaml("{metadata: {name: digits, namespace: vision, uid: u}}", Service.class),
                Events.Type.WARNING,
                "Reason",
                "said",
                key);
    }
}
