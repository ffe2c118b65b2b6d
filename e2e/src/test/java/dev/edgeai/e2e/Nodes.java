package dev.edgeai.e2e;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The cluster's nodes under an administrator's hands, who puts everything back in the end. */
final class Nodes implements AutoCloseable {
    private static final String ACCELERATOR = "edgeai.dev/accelerator";

    private final KubernetesClient client;
    private final Map<String, String> accelerators = new HashMap<>();

    /** All nodes carry this accelerator, so that a pod can go elsewhere. */
    Nodes(KubernetesClient client, String accelerator) {
        this.client = client;
        for (Node node : client.nodes().list().getItems()) {
            String name = node.getMetadata().getName();
            accelerators.put(name, node.getMetadata().getLabels().get(ACCELERATOR));
            label(name, accelerator);
        }
    }

    private void label(String node, String accelerator) {
        client.nodes()
                .withName(node)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"" + ACCELERATOR + "\":\"" + accelerator + "\"}}}");
    }

    /** {@code kubectl drain}, of this model's pods only: cordons, evicts, asks again on 429, waits until they are gone. */
    static void drain(Pod pod, Model model) {
        String node = pod.getSpec().getNodeName();
        try {
            Shell.run(
                    "kubectl",
                    "drain",
                    node,
                    "--pod-selector=edgeai.dev/model=" + model.name(),
                    "--ignore-daemonsets",
                    "--delete-emptydir-data",
                    "--force",
                    "--timeout=120s");
        } finally {
            Shell.run("kubectl", "uncordon", node);
        }
    }

    /**
     * Evicts a pod of a node that stays as it is, as a descheduler does. It asks five times, and a refusal (429) is an
     * answer: nobody has to give the pod away as long as there is no other.
     */
    static void evict(KubernetesClient client, Pod pod) {
        Config once = new ConfigBuilder(client.getConfiguration())
                .withRequestRetryBackoffLimit(0) // or the client asks for minutes before it tells of a 429
                .build();
        try (KubernetesClient asker =
                new KubernetesClientBuilder().withConfig(once).build()) {
            for (int i = 0; i < 5 && !asker.pods().resource(pod).evict(); i++) {
                Until.pause(Duration.ofSeconds(1));
            }
        }
    }

    @Override
    public void close() {
        accelerators.forEach((node, accelerator) -> {
            Shell.run("kubectl", "uncordon", node);
            label(node, accelerator);
        });
    }
}
