package dev.edgeai.operator.status;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * Tells people what happened, once. An Event's name is made of the object, the reason and a key that is the same however
 * often a decision is applied, so that neither a retry nor a restart tells it again.
 */
public final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final int LONGEST_MESSAGE = 1024;

    private final KubernetesClient client;
    private final Clock clock;
    private final String instance;

    public Events(KubernetesClient client, Clock clock, String instance) {
        this.client = client;
        this.clock = clock;
        this.instance = instance;
    }

    /** How grave an Event is. */
    public enum Type {
        NORMAL("Normal"),
        WARNING("Warning");

        private final String value;

        Type(String value) {
            this.value = value;
        }
    }

    /**
     * Tells of something that happened to an object. A failure to tell is logged and changes nothing else.
     *
     * @param about the object
     * @param key what makes this happening one of its own, for example a phase and a revision
     */
    public void tell(HasMetadata about, Type type, String reason, String message, String key) {
        try {
            client.resource(event(about, type, reason, message, key)).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                LOG.warn("cannot write the Event {} '{}': {}", reason, message, e.getMessage());
            }
        }
    }

    private Event event(HasMetadata about, Type type, String reason, String message, String key) {
        // k8s rejects v1 Events without times in whole seconds
        String now = Instant.now(clock).truncatedTo(ChronoUnit.SECONDS).toString();
        return new EventBuilder()
                .withNewMetadata()
                .withName(name(about, reason, key))
                .withNamespace(about.getMetadata().getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withName(about.getMetadata().getName())
                .withNamespace(about.getMetadata().getNamespace())
                .withUid(about.getMetadata().getUid())
                .withResourceVersion(about.getMetadata().getResourceVersion())
                .endInvolvedObject()
                .withType(type.value)
                .withReason(reason)
                .withMessage(message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE))
                .withNewSource()
                .withComponent("edgeai-operator")
                .endSource()
                .withReportingComponent("edgeai-operator")
                .withReportingInstance(instance)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
    }

    private static String name(HasMetadata about, String reason, String key) {
        String identity = String.join("/", about.getMetadata().getUid(), reason, key);
        return about.getMetadata().getName() + "."
                + UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .substring(0, 18)
                        .replace("-", "");
    }
}
