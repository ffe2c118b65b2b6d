package dev.edgeai.operator.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.job.JobReader;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.observation.NodeFacts;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.rollout.Housekeeping;
import dev.edgeai.operator.rollout.Reachability;
import dev.edgeai.operator.rollout.RollbackIntent;
import dev.edgeai.operator.traffic.ServiceTraffic;
import dev.edgeai.planner.run.RunChoice;
import dev.edgeai.planner.run.RunInputs;
import dev.edgeai.planner.status.ModelSummary;
import dev.edgeai.planner.status.TargetOutcome;
import dev.edgeai.planner.status.TargetOutcomeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.Serialization;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Any field that the API calls optional may be absent, or null: a Service without pods has an EndpointSlice whose list of
 * endpoints is null. Whatever is missing, reading ends without an exception.
 */
class AbsentFieldsProperties {
    private static final TargetRef REF = new TargetRef("vision", "digits", "cpu");
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    /** What every object from an API server has, and what the API requires of a list's items. */
    private static final Set<String> REQUIRED = Set.of(
            "apiVersion",
            "kind",
            "metadata",
            "name",
            "namespace",
            "uid",
            "creationTimestamp",
            "type",
            "containers",
            "exitCode",
            "backoffLimit",
            // of our own kinds
            "source",
            "uri",
            "task",
            "evaluation",
            "dataset",
            "accelerator",
            "targets",
            "revision",
            "artifact",
            "digest",
            "certificate",
            "run",
            "trial",
            "variant",
            "weight",
            "desiredWeight",
            "readyReplicas",
            "technique",
            "framework",
            "reason",
            "message",
            "fromDigest",
            "time",
            "gates");

    private static final String METADATA = """
            metadata:
              name: %s
              namespace: vision
              uid: u
              creationTimestamp: "2026-01-01T00:00:00Z"
              labels: {edgeai.dev/model: digits, edgeai.dev/target: cpu, edgeai.dev/revision: blue,
                app.kubernetes.io/component: serve, batch.kubernetes.io/job-name: warm,
                kubernetes.io/service-name: digits-cpu}
              annotations: {edgeai.dev/retry: "1"}
              ownerReferences: [{apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: m, controller: true}]
            """;

    private static final String DEPLOYMENT = METADATA.formatted("digits-cpu-blue") + """
            spec: {replicas: 2, selector: {matchLabels: {a: b}}, template: {spec: {containers: [{name: serve}]}}}
            status: {replicas: 2, readyReplicas: 1, conditions: [{type: Available, status: "True", reason: r, message: m}]}
            """;
    private static final String READY_POD = METADATA.formatted("b1") + """
            spec: {nodeName: n, containers: [{name: serve, ports: [{name: http, containerPort: 8080}]}]}
            status: {phase: Running, podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}],
              containerStatuses: [{name: serve, restartCount: 4, ready: true, state: {running: {startedAt: "2026-01-01T11:59:00Z"}},
                lastState: {terminated: {exitCode: 1, finishedAt: "2026-01-01T11:59:00Z"}}}]}
            """;
    private static final String BAD_POD = METADATA.formatted("b2") + """
            spec: {nodeName: n, containers: [{name: serve, ports: [{name: http, containerPort: 8080}]}]}
            status: {phase: Failed, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: m}],
              initContainerStatuses: [{name: load, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff, message: m}},
                lastState: {terminated: {exitCode: 1, reason: Error, message: "{}", finishedAt: "2026-01-01T11:59:00Z"}}}],
              containerStatuses: [{name: warmup, restartCount: 1, state: {terminated: {exitCode: 0, message: "{}"}}}]}
            """;
    private static final String SERVICE = METADATA.formatted("digits-cpu") + """
            spec: {selector: {edgeai.dev/revision: blue}, ports: [{name: http, port: 80}]}
            """;
    private static final String SLICE = METADATA.formatted("digits-cpu-x1") + """
            addressType: IPv4
            endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}, targetRef: {kind: Pod, name: b1}}]
            """;
    private static final String JOB = METADATA.formatted("warm") + """
            spec: {backoffLimit: 3, template: {spec: {containers: [{name: warmup}]}}}
            status: {failed: 1, conditions: [{type: %s, status: "True", reason: DeadlineExceeded, message: m}]}
            """;
    private static final String BUDGET = METADATA.formatted("digits-cpu-b") + """
            spec: {maxUnavailable: 1, selector: {matchLabels: {edgeai.dev/revision: blue}}}
            """;
    private static final String MODEL = METADATA.formatted("digits") + """
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              targets: [{name: cpu, accelerator: intel-cpu, serving: {replicas: 2}}]
            status:
              observedGeneration: 1
              conditions: [{type: Ready, status: "True", reason: r, message: m, lastTransitionTime: "2026-01-01T00:00:00Z"}]
              targets: []
            """;
    private static final String RUN = METADATA.formatted("first") + """
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              accelerator: intel-cpu
            status:
              phase: Succeeded
              progress: 1/1
              conditions: [{type: Stalled, status: "True", reason: r, message: m}, {type: Reconciling, status: "True"}]
              trials: [{name: t, framework: OpenVINO, technique: int8, phase: Running, gates: []}]
              certificates: [{trial: t, digest: d, certificate: c}]
              selected: {trial: t, variant: v, artifact: a, digest: d, reason: fastest}
            """;
    private static final String VERSION =
            "{revision: blue, artifact: a, digest: d, certificate: c, run: first, trial: t,"
                    + " variant: v, weight: 100, desiredWeight: 100, readyReplicas: 1}";
    private static final String STATUS = """
            name: cpu
            phase: %s
            step: 0
            since: "2026-01-01T11:00:00Z"
            pausedPhase: Ramping
            stable: VERSION
            candidate: VERSION
            previous: VERSION
            lastRollback: {time: "2026-01-01T11:00:00Z", reason: r, message: m, fromDigest: d}
            rejected: [{digest: d, revision: x, reason: r, message: m, time: "2026-01-01T11:00:00Z"}]
            """.replace("VERSION", VERSION);

    @Property(tries = 1500)
    void whateverIsAbsentReadingEnds(@ForAll long seed) {
        Random random = new Random(seed);
        TargetObjects objects = new TargetObjects(
                REF,
                some(random, Deployment.class, DEPLOYMENT),
                some(random, Pod.class, READY_POD, BAD_POD),
                some(random, Pod.class, READY_POD, BAD_POD),
                some(random, Service.class, SERVICE),
                some(random, EndpointSlice.class, SLICE),
                some(random, Job.class, JOB.formatted("Complete"), JOB.formatted("Failed"), JOB.formatted("Suspended")),
                some(random, PodDisruptionBudget.class, BUDGET));
        readObjects(objects);
        OptimizationRun run = one(random, OptimizationRun.class, RUN);
        EdgeModel model = one(random, EdgeModel.class, MODEL);
        for (String phase : List.of("Idle", "Preparing", "Ramping", "Promoting", "Baking", "RollingBack", "Paused")) {
            TargetStatus status =
                    Samples.yaml(less(random, STATUS.formatted(phase)).toString(), TargetStatus.class);
            readModel(random, model, run, status, objects);
        }
    }

    private static void readObjects(TargetObjects objects) {
        objects.revisions(NodeFacts.NONE, NOW);
        objects.traffic().answering();
        objects.hasReadyPodsBesides(Set.of("blue"));
        objects.scrapable("blue");
        objects.warmupState("blue", NOW);
        objects.jobs().forEach(job -> {
            JobReader.read(job, objects.pods(), "warmup", WarmupResult.class, NOW);
            JobReader.retriesInVain(job, objects.pods());
        });
        new ServiceTraffic(_ -> {}).observe(objects.traffic(), Optional.of("blue"), Optional.of("green"));
        Housekeeping.serving(objects);
        Housekeeping.besidesStable(objects, "blue");
        Stream.of(objects.deployments(), objects.pods(), objects.slices(), objects.jobs())
                .flatMap(List::stream)
                .forEach(ModelTriggers::models);
    }

    private static void readModel(
            Random random, EdgeModel model, OptimizationRun run, TargetStatus status, TargetObjects objects) {
        Target target = model.getSpec().targets().getFirst();
        RunChoice.of(RunInputs.of(model.getSpec(), target), Map.of(Labels.RETRY, "2"), List.of(run));
        Housekeeping.oldRuns(List.of(status), List.of(run));
        new RollbackIntent(new Seals(() -> new byte[32])).newest(status, objects, "uid");
        TargetOutcome outcome = TargetOutcomeBuilder.builder(TargetOutcome.of(
                        target, RolloutPolicy.defaults(), status, random.nextInt(3), random.nextInt(3), NOW))
                .run(Optional.of(run))
                .behind(random.nextBoolean())
                .waits(random.nextBoolean())
                .unreached(Reachability.missing(status, objects))
                .build();
        List<TargetStatus> servingOn = RemovedTargets.servingOn(model, List.of(outcome));
        assertThat(ModelSummary.of(model, List.of(outcome), servingOn, NOW).conditions())
                .hasSizeGreaterThanOrEqualTo(5);
        ModelSummary.failed(model, TargetOutcome.Failure.of(3, new IllegalStateException("x")), NOW);
    }

    /** As a cluster answers for a Service without pods: seen to stop the operator for good. */
    @Example
    void aServiceWithoutPodsHasNoListOfEndpoints() {
        EndpointSlice slice = Serialization.unmarshal(
                "{\"metadata\": {\"name\": \"s\", \"labels\": {\"kubernetes.io/service-name\": \"digits-cpu\"}},"
                        + " \"addressType\": \"IPv4\", \"endpoints\": null, \"ports\": null}",
                EndpointSlice.class);
        TargetObjects objects = new TargetObjects(
                REF,
                List.of(),
                List.of(),
                List.of(),
                List.of(Samples.yaml(SERVICE, Service.class)),
                List.of(slice),
                List.of(),
                List.of());
        assertThat(objects.traffic().answering()).isEmpty();
    }

    @SafeVarargs
    private static <T> List<T> some(Random random, Class<T> type, String... texts) {
        List<T> objects = new ArrayList<>();
        for (String text : texts) {
            objects.add(one(random, type, text));
        }
        return objects;
    }

    /** Read as the client reads what the API server sends. */
    private static <T> T one(Random random, Class<T> type, String text) {
        return Serialization.unmarshal(less(random, text).toString(), type);
    }

    private static JsonNode less(Random random, String text) {
        JsonNode tree = Samples.yaml(text, JsonNode.class);
        // from hardly anything to nearly all
        drop(random, tree, random.nextDouble() * 0.6);
        return tree;
    }

    private static void drop(Random random, JsonNode node, double share) {
        switch (node) {
            case ObjectNode object -> {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                for (String name : names) {
                    if (!isRequired(name, object) && random.nextDouble() < share) {
                        if (random.nextBoolean() || name.contains("/")) { // values of maps are never null
                            object.remove(name);
                        } else {
                            object.putNull(name);
                        }
                    }
                }
                object.forEach(child -> drop(random, child, share));
            }
            case ArrayNode array -> array.forEach(child -> drop(random, child, share));
            default -> {}
        }
    }

    /** A spec is required of every object but a Service; the phase only of a target. */
    private static boolean isRequired(String name, ObjectNode object) {
        boolean optionalHere = object.has("exitCode") || object.has("restartCount") || object.has("kind");
        return switch (name) {
            case "spec", "template" -> !object.path(name).has("ports");
            case "phase" -> object.has("name");
            case "status" -> object.has("type");
            case "reason", "message" ->
                !optionalHere && !object.has("type") && !object.path(name).isNull();
            case "name" -> !object.has("kind") || object.has("uid");
            default -> REQUIRED.contains(name);
        };
    }
}
