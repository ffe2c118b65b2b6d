package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** One EdgeModel with one target, as a person works with it. */
final class Model {
    /** Where the journeys' models are. */
    static final String NAMESPACE = "e2e";

    private final KubernetesClient client;
    private final String namespace;
    private final String name;

    /**
     * The model of all journeys, in a namespace of theirs. Journeys that need it serving ask for {@code v2}, which the
     * first of them has optimized.
     */
    static Model shared(KubernetesClient client) {
        namespace(client, NAMESPACE);
        return new Model(client, NAMESPACE, "fashion");
    }

    Model(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
    }

    /** The same, without what an earlier journey left in it. */
    static void freshNamespace(KubernetesClient client, String name) {
        client.namespaces().withName(name).delete();
        Until.holds(
                "the namespace " + name + " is gone",
                Duration.ofMinutes(3),
                () -> client.namespaces().withName(name).get() == null);
        namespace(client, name);
    }

    /** A namespace in which only restricted pods are admitted. */
    static void namespace(KubernetesClient client, String name) {
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .addToLabels("e2e", "journeys")
                        .endMetadata()
                        .build())
                .serverSideApply();
    }

    String name() {
        return name;
    }

    /** Users who send from a node of that accelerator to the target {@code cpu}. */
    Traffic traffic(String accelerator, double perSecond) {
        return traffic(accelerator, perSecond, name + "-cpu");
    }

    /** Users who send from a node of that accelerator to this Service. */
    Traffic traffic(String accelerator, double perSecond, String service) {
        String url = "http://" + service + "." + namespace + "/v2/models/" + name + "/infer";
        try {
            return Traffic.start(
                    client, accelerator, namespace, url, Files.readString(Environment.request()), perSecond);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Applies the template of {@code edgemodel.yaml}, changed by {@code edit}. */
    void apply(String source, UnaryOperator<String> edit) {
        String yaml = edit.apply(template("/edgemodel.yaml"))
                .replace("${name}", name)
                .replace("${namespace}", namespace)
                .replace("${registry}", Environment.registry())
                .replace("${source}", source);
        HasMetadata model = client.getKubernetesSerialization().unmarshal(yaml);
        client.resource(model)
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("person")
                        .withForce(true)
                        .build());
    }

    void apply(String source) {
        apply(source, UnaryOperator.identity());
    }

    static String template(String resource) {
        try (var in = Model.class.getResourceAsStream(resource)) {
            return new String(
                    java.util.Objects.requireNonNull(in).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Resource<EdgeModel> resource() {
        return client.resources(EdgeModel.class).inNamespace(namespace).withName(name);
    }

    EdgeModel get() {
        return resource().require();
    }

    Optional<EdgeModelStatus> status() {
        return Optional.ofNullable(resource().get()).map(EdgeModel::getStatus);
    }

    Optional<TargetStatus> target() {
        return status().flatMap(s -> s.targets().stream().findFirst());
    }

    Version stable() {
        return target().map(TargetStatus::stable)
                .orElseThrow(() -> new AssertionError("nothing serves yet: " + describe()));
    }

    OptimizationRun run() {
        String run = target().map(TargetStatus::run).orElseThrow();
        return client.resources(OptimizationRun.class)
                .inNamespace(namespace)
                .withName(run)
                .require();
    }

    /** All its runs that are not on their way out. */
    List<OptimizationRun> runs() {
        return client
                .resources(OptimizationRun.class)
                .inNamespace(namespace)
                .withLabel(Labels.MODEL, name)
                .list()
                .getItems()
                .stream()
                .filter(run -> run.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    /** Its serving pods of this revision that nobody has told to end. */
    List<Pod> pods(String revision) {
        return client
                .pods()
                .inNamespace(namespace)
                .withLabels(Map.of(Labels.MODEL, name, Labels.REVISION, revision, Labels.COMPONENT, "serve"))
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    void suspend(boolean suspend) {
        Shell.run(kubectl("patch", "em", name, "--type=merge", "-p", "{\"spec\":{\"suspend\":" + suspend + "}}"));
    }

    void scale(int replicas) {
        Shell.run(kubectl("scale", "em", name, "--replicas=" + replicas));
    }

    /** Sets one of the annotations {@code edgeai.dev/…}. */
    void annotate(String annotation, String value) {
        Shell.run(kubectl("annotate", "--overwrite", "em", name, annotation + "=" + value));
    }

    /** {@code kubectl} in its namespace. */
    String[] kubectl(String... arguments) {
        return Stream.concat(Stream.of("kubectl", "-n", namespace), Stream.of(arguments))
                .toArray(String[]::new);
    }

    /** Waits for an Event about it. */
    Event awaitEvent(String reason, Duration limit) {
        return Until.present(
                "an Event " + reason + " is about " + name,
                limit,
                () -> client.v1().events().inNamespace(namespace).list().getItems().stream()
                        .filter(event ->
                                event.getInvolvedObject().getName().equals(name) && reason.equals(event.getReason()))
                        .findFirst(),
                this::describe);
    }

    /** Whether the word stands anywhere in its status. */
    boolean says(String word) {
        return client.getKubernetesSerialization().asYaml(status().orElse(null)).contains(word);
    }

    Optional<TargetStatus> target(String target) {
        return status().flatMap(s ->
                s.targets().stream().filter(t -> t.name().equals(target)).findFirst());
    }

    void delete() {
        resource().delete();
    }

    /** The condition, if it speaks of the newest spec. */
    Optional<Condition> condition(String type) {
        EdgeModel model = get();
        return Optional.ofNullable(model.getStatus()).stream()
                .flatMap(s -> s.conditions().stream())
                .filter(c -> c.getType().equals(type))
                .filter(c -> java.util.Objects.equals(
                        c.getObservedGeneration(), model.getMetadata().getGeneration()))
                .findFirst();
    }

    boolean is(String type) {
        return condition(type).filter(c -> "True".equals(c.getStatus())).isPresent();
    }

    Condition awaitCondition(String type, String reason, Duration limit) {
        return Until.present(
                name + " is " + type + " because of " + reason,
                limit,
                () -> condition(type).filter(c -> "True".equals(c.getStatus()) && reason.equals(c.getReason())),
                this::describe);
    }

    /** Ready, settled, and serving another digest than {@code before}. */
    Version awaitServing(@Nullable Version before, Duration limit) {
        return Until.present(
                name + " serves a new version and has settled",
                limit,
                () -> target().filter(t -> t.phase() == RolloutPhase.IDLE && is("Ready"))
                        .map(TargetStatus::stable)
                        .filter(v -> before == null || !v.revision().equals(before.revision())),
                this::describe);
    }

    TargetStatus awaitTarget(String what, Duration limit, Predicate<TargetStatus> condition) {
        return Until.present(what, limit, () -> target().filter(condition), this::describe);
    }

    /** What {@code kubectl describe} would tell, for a failure's message. */
    String describe() {
        return client.getKubernetesSerialization().asYaml(status().orElse(null))
                + Shell.attempt("kubectl", "-n", namespace, "get", "events", "--sort-by=.lastTimestamp")
                        .output()
                + Shell.attempt("kubectl", "-n", namespace, "get", "or,jobs,pods,deploy", "-o", "wide")
                        .output();
    }
}
