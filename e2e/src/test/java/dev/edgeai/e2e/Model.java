package dev.edgeai.e2e;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

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

    /** A namespace in which only restricted pods are admitted. */
    static void namespace(KubernetesClient client, String name) {
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .serverSideApply();
    }

    String name() {
        return name;
    }

    /** In-cluster URL of the infer endpoint behind the stable Service. */
    private String inferUrl() {
        return "http://" + name + "-cpu." + namespace + "/v2/models/" + name + "/infer";
    }

    /** Users who send from a node of that accelerator. */
    Traffic traffic(String accelerator, int perSecond) {
        try {
            return Traffic.start(
                    client, accelerator, namespace, inferUrl(), Files.readString(Environment.request()), perSecond);
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
