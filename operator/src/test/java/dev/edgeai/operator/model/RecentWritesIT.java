package dev.edgeai.operator.model;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The answer to a write may be read after the event of what a controller made of it: on a busy machine, or where the
 * controller is quick.
 */
@ExtendWith(ApiServer.Extension.class)
class RecentWritesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void theAnswerToAWriteDoesNotHideWhatCameAfterIt(ApiServer server) {
        KubernetesClient client = server.client();
        String namespace = server.namespace("recent-writes");
        ModelTriggers triggers = new ModelTriggers();
        Operator operator = operator(client, namespace, triggers);
        try {
            Service written = client.resource(service(namespace)).create();
            Service after = client.resource(new ServiceBuilder(written)
                            .editMetadata()
                            .addToAnnotations("by", "a controller")
                            .endMetadata()
                            .build())
                    .update();
            await().atMost(PATIENCE).until(() -> version(triggers, written).equals(versionOf(after)));

            triggers.written(written);

            assertThat(version(triggers, written)).isEqualTo(versionOf(after));
        } finally {
            operator.stop();
        }
    }

    @Test
    void whatWasJustWrittenIsSeenBeforeItsEvent(ApiServer server) {
        KubernetesClient client = server.client();
        String namespace = server.namespace("written-ahead");
        ModelTriggers triggers = new ModelTriggers();
        Operator operator = operator(client, namespace, triggers);
        try {
            Service written = client.resource(service(namespace)).create();
            triggers.written(written);
            assertThat(version(triggers, written)).isEqualTo(versionOf(written));
        } finally {
            operator.stop();
        }
    }

    private static Operator operator(KubernetesClient client, String namespace, ModelTriggers triggers) {
        // right after the CRDs were made the server answers "storage is (re)initializing"
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> client.resources(EdgeModel.class)
                        .inNamespace(namespace)
                        .list(new ListOptionsBuilder().withResourceVersion("0").build())
                        .getItems()
                        .isEmpty());
        Operator operator = new Operator(configuration -> configuration
                .withKubernetesClient(client)
                .withParseResourceVersions(true)
                .withCloseClientOnStop(false));
        operator.register(new Idle(triggers), controller -> controller.settingNamespace(namespace));
        operator.start();
        return operator;
    }

    private static Service service(String namespace) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("digits")
                .withLabels(Map.of(Labels.MANAGED_BY, Labels.MANAGER, Labels.MODEL, "digits"))
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withPort(80)
                .endPort()
                .endSpec()
                .build();
    }

    private static String version(ModelTriggers triggers, Service service) {
        return triggers.seen(service)
                .map(seen -> seen.getMetadata().getResourceVersion())
                .orElse("");
    }

    private static String versionOf(Service service) {
        return service.getMetadata().getResourceVersion();
    }

    @ControllerConfiguration
    private record Idle(ModelTriggers triggers) implements Reconciler<EdgeModel> {
        @Override
        public List<EventSource<?, EdgeModel>> prepareEventSources(EventSourceContext<EdgeModel> context) {
            return triggers.eventSources(context);
        }

        @Override
        public UpdateControl<EdgeModel> reconcile(EdgeModel model, Context<EdgeModel> context) {
            return UpdateControl.noUpdate();
        }
    }
}
