package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.EdgeModel;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The chart as an administrator uses it. Runs last: it takes the operator away and brings it back. */
@Isolated("it takes the operator away")
class ChartE2E {
    private static final String CHART =
            Environment.root().resolve("charts/edgeai-operator").toString();

    @Test
    void upgradeAndUninstallKeepTheModelsAndAWrongValueIsRefused() {
        try (KubernetesClient client = Environment.client()) {
            helm("upgrade", "edgeai-operator", CHART, "--reuse-values", "--wait", "--set", "logLevel=DEBUG");

            Shell.Outcome wrong = Shell.attempt(
                    command("upgrade", "edgeai-operator", CHART, "--reuse-values", "--set", "replicas=-1"));
            assertThat(wrong.code()).isNotZero();
            assertThat(wrong.output()).contains("replicas");

            String namespace = "e2e-chart";
            Model.namespace(client, namespace);
            var model = new Model(client, namespace, "kept");
            model.apply("v1", yaml -> yaml + "  suspend: true\n");

            helm("uninstall", "edgeai-operator", "--wait");
            assertThat(client.pods()
                            .inNamespace("edgeai-system")
                            .withLabel("app.kubernetes.io/name", "edgeai-operator")
                            .list()
                            .getItems())
                    .allMatch(p -> p.getMetadata().getDeletionTimestamp() != null);
            assertThat(client.resources(EdgeModel.class)
                            .inNamespace(namespace)
                            .withName("kept")
                            .get())
                    .isNotNull();

            helm(
                    "install",
                    "edgeai-operator",
                    CHART,
                    "--wait",
                    "--set",
                    "image.registry=" + Environment.imageRegistry(),
                    "--set-string", // a tag of digits only is a number otherwise
                    "image.tag=" + Environment.imageTag(),
                    "--set",
                    "registry.prefix=" + Environment.registry() + "/models",
                    "--set",
                    "registry.plainHttp={" + Environment.registry() + "}");
            client.namespaces().withName(namespace).delete();
        }
    }

    private static void helm(String... arguments) {
        Shell.run(command(arguments));
    }

    private static String[] command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("helm", "--namespace", "edgeai-system"));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }
}
