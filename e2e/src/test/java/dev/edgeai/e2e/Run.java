package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** One OptimizationRun with a trial of OpenVINO and then one of ONNX Runtime, as a person makes it. */
final class Run {
    private final KubernetesClient client;
    private final String namespace;
    private final String name;

    /** Makes it of the template {@code optimizationrun.yaml}, changed by {@code edit}, in the journeys' namespace. */
    Run(KubernetesClient client, String name, String source, String accelerator, UnaryOperator<String> edit) {
        this(client, Model.NAMESPACE, name, source, accelerator, edit);
    }

    Run(
            KubernetesClient client,
            String namespace,
            String name,
            String source,
            String accelerator,
            UnaryOperator<String> edit) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        String yaml = edit.apply(Model.template("/optimizationrun.yaml"))
                .replace("${name}", name)
                .replace("${namespace}", namespace)
                .replace("${registry}", Environment.registry())
                .replace("${source}", source)
                .replace("${accelerator}", accelerator);
        client.resource(client.getKubernetesSerialization().unmarshal(yaml, OptimizationRun.class))
                .create();
    }

    private Resource<OptimizationRun> resource() {
        return client.resources(OptimizationRun.class).inNamespace(namespace).withName(name);
    }

    private Optional<OptimizationRunStatus> status() {
        return Optional.ofNullable(resource().get()).map(OptimizationRun::getStatus);
    }

    /** Waits until it has ended, well or not. */
    OptimizationRunStatus awaitEnd(Duration limit) {
        return Until.present(
                "the run " + name + " has ended",
                limit,
                () -> status().filter(s -> s.phase() == RunPhase.SUCCEEDED || s.phase() == RunPhase.FAILED),
                this::describe);
    }

    /** Waits until this framework's optimizer works. */
    ContainerStatus awaitOptimizer(String framework, Duration limit) {
        return Until.present(
                "an optimizer of " + framework + " works for the run " + name,
                limit,
                () -> pods(framework).stream()
                        .flatMap(pod -> pod.getStatus().getInitContainerStatuses().stream())
                        .filter(container -> container.getName().equals("optimize")
                                && container.getState().getRunning() != null)
                        .findFirst(),
                this::describe);
    }

    /** The pods of this framework's trials, those that ended too. */
    List<Pod> pods(String framework) {
        return client.pods().inNamespace(namespace).withLabel("edgeai.dev/run", name).list().getItems().stream()
                .filter(pod ->
                        pod.getMetadata().getLabels().get("edgeai.dev/trial").startsWith(framework))
                .toList();
    }

    static TrialStatus trial(OptimizationRunStatus status, String framework) {
        return status.trials().stream()
                .filter(trial -> trial.name().startsWith(framework))
                .findFirst()
                .orElseThrow();
    }

    void delete() {
        resource().delete();
    }

    private String describe() {
        return client.getKubernetesSerialization().asYaml(status().orElse(null))
                + Shell.attempt("kubectl", "-n", namespace, "get", "or,jobs,pods", "-o", "wide")
                        .output();
    }
}
