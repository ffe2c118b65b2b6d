package dev.edgeai.operator.rollout;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.misbehaving.MisbehavingApi;
import dev.edgeai.operator.observation.Measurements;
import dev.edgeai.operator.observation.NodeFacts;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.traffic.ServiceTraffic;
import dev.edgeai.planner.status.ModelSummary;
import dev.edgeai.planner.status.TargetOutcome;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** One target on an API server that refuses some of its writes: what users have goes first, and what is wrong is said. */
class TargetRolloutMisbehavingApiTest {
    private static final TargetRef REF = new TargetRef("vision", "digits", "cpu");
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String RUNS = "/optimizationruns/";
    private static final String SERVICE = "/services/digits-cpu";
    private static final String BLUE = version("blue");
    private static final String GREEN = version("green");
    private static final String RAMPING = """
            {name: cpu, phase: Ramping, step: 0, since: "2026-01-01T11:59:00Z", run: first, stable: %s, candidate: %s}
            """.formatted(BLUE, GREEN);
    private static final String SERVING = """
            {name: cpu, phase: Idle, since: "2026-01-01T11:00:00Z", run: first, stable: %s}
            """.formatted(BLUE);

    private final MisbehavingApi api = new MisbehavingApi();
    private Services services = services(Samples.CONFIG);
    private final Measurements measurements =
            new Measurements(PrometheusAddresses.of(services.config().prometheus()), services.clock(), _ -> {});
    private final Failures failures = new Failures();
    private final EdgeModel model = Samples.yaml("""
            metadata: {name: digits, namespace: vision, uid: m, generation: 1}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              targets: [{name: cpu, accelerator: intel-cpu}]
            """, EdgeModel.class);

    @AfterEach
    void close() {
        measurements.close();
        api.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 422, 429, 500})
    void whereNoRunCanBeMadeABadVersionIsTakenBackAllTheSame(int code) {
        Service shared = api.keep(sharedService());
        model.getMetadata().getAnnotations().put("edgeai.dev/abort", "green");
        api.refuse("PATCH", RUNS, code, "no more runs here");
        TargetOutcome outcome = look(RAMPING, List.of(), List.of(shared));
        assertThat(api.asked("PATCH", SERVICE))
                .singleElement()
                .satisfies(write ->
                        assertThat(write.body().at("/spec/selector").toString()).contains("blue"));
        assertThat(outcome.status().phase()).isEqualTo(RolloutPhase.ROLLING_BACK);
        assertThat(conditions(outcome)).contains("no more runs here");
        assertThat(failures.stopping()).as("its next step comes in its time").isEmpty();
    }

    @Test
    void whatIsRevokedIsTakenBackWhereNoRunCanBeMade() {
        api.keep(sharedService());
        api.refuse("PATCH", RUNS, 403, "no more runs here");
        services = services(Samples.CONFIG + "signing: {revoked: [\"sha256:%s\"]}\n".formatted("c".repeat(64)));
        TargetOutcome outcome = look(RAMPING, List.of(), List.of(sharedService()));
        assertThat(outcome.status().candidate()).isNull();
        assertThat(api.asked("PATCH", SERVICE))
                .singleElement()
                .satisfies(write ->
                        assertThat(write.body().at("/spec/selector").toString()).contains("blue"));
    }

    @Test
    void whyNoRunIsMadeIsSaid() {
        api.refuse("PATCH", RUNS, 403, "exceeded quota: runs");
        TargetOutcome outcome = look("{name: cpu, phase: Idle}", List.of(), List.of());
        assertThat(conditions(outcome)).contains("Stalled=True", "exceeded quota: runs");
        assertThat(api.asked("PATCH", RUNS)).as("once a look").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 408, 409, 429, 500, 503})
    void whatPassesNeedsNobodyAndIsTriedAgain(int code) {
        api.refuse("PATCH", "/deployments/", code, "not now");
        TargetOutcome outcome = look(SERVING, List.of(), List.of(sharedService()));
        assertThat(failures.stopping()).hasSize(1);
        assertThat(conditions(outcome)).doesNotContain("Stalled=True").contains("not now");
    }

    @Test
    void aDeploymentThatAQuotaRefusesIsSaid() {
        api.refuse("POST", "/deployments", 403, "exceeded quota: count/deployments.apps");
        TargetOutcome outcome = look(SERVING, List.of(), List.of(sharedService()));
        assertThat(conditions(outcome)).contains("Stalled=True", "exceeded quota: count/deployments.apps");
        assertThat(api.asked("POST", "/deployments")).hasSize(1);
    }

    /** A policy that refuses the pods may refuse each change of their Deployment too. */
    @Test
    void podsThatCannotBeAskedForAgainStopNothing() {
        Deployment blue = sealed("blue");
        api.refuse("PATCH", "/deployments/", 403, "denied by policy");
        TargetOutcome outcome = look(SERVING, List.of(blue), List.of(sharedService()));
        assertThat(api.asked("PATCH", "/deployments/")).hasSize(1);
        assertThat(failures.stopping()).isEmpty();
        assertThat(failures.beside()).isEmpty();
        assertThat(outcome.problem()).isEmpty();
        assertThat(outcome.lacking()).hasValueSatisfying(why -> assertThat(why).contains("are refused"));
    }

    private Services services(String config) {
        return Services.of(
                api.client(),
                new OperatorEnvironment(Path.of("unused"), "system", "test", Set.of(), false, 0),
                Samples.yaml(config, OperatorConfig.class),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private TargetOutcome look(String status, List<Deployment> deployments, List<Service> seen) {
        OwnedObjects owned = new OwnedObjects(api.client(), new OwnedObjects.Cache() {
            @Override
            public Optional<HasMetadata> seen(HasMetadata object) {
                return Optional.empty();
            }

            @Override
            public void written(HasMetadata object) {}
        });
        ServiceTraffic traffic = new ServiceTraffic(owned::apply);
        Deployments made = new Deployments(services, owned);
        TargetRollout rollout = new TargetRollout(
                owned,
                new RolloutActions(services, owned, traffic, made),
                made,
                new ModelRuns(owned, services.seals()),
                traffic,
                measurements,
                new Budgets(owned, services.events()),
                new UpgradeTurns(services.config().images().runtime(), 1));
        return new TargetGuard(services, () -> NodeFacts.NONE, rollout::reconcile)
                .look(
                        model,
                        model.getSpec().targets().getFirst(),
                        Samples.yaml(status, TargetStatus.class),
                        new TargetObjects(
                                REF, deployments, List.of(), List.of(), seen, List.of(), List.of(), List.of()),
                        List.of(),
                        NOW,
                        1,
                        failures);
    }

    private String conditions(TargetOutcome outcome) {
        return ModelSummary.of(model, List.of(outcome), List.of(), NOW).conditions().stream()
                .map(TargetRolloutMisbehavingApiTest::text)
                .collect(Collectors.joining("\n"));
    }

    private static String text(Condition condition) {
        return condition.getType() + "=" + condition.getStatus() + " " + condition.getReason() + ": "
                + condition.getMessage();
    }

    private static Service sharedService() {
        return Samples.yaml("""
                apiVersion: v1
                kind: Service
                metadata: {name: digits-cpu, namespace: vision,
                  ownerReferences: [{apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: m, controller: true}]}
                spec:
                  selector: {app.kubernetes.io/component: serve, edgeai.dev/model: digits, edgeai.dev/target: cpu}
                  ports: [{name: http, port: 80, targetPort: 8080}]
                """, Service.class);
    }

    /** As it was applied; its pod was refused two minutes ago. */
    private Deployment sealed(String revision) {
        Deployment deployment = api.keep(Samples.yaml("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: digits-cpu-%1$s, namespace: vision,
                  labels: {edgeai.dev/model: digits, edgeai.dev/target: cpu, edgeai.dev/revision: %1$s},
                  ownerReferences: [{apiVersion: edgeai.dev/v1alpha1, kind: EdgeModel, name: digits, uid: m, controller: true}]}
                spec: {replicas: 1, template: {spec: {containers: [{name: serve}]}}}
                status: {replicas: 0, conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate,
                  message: "admission webhook denied the request", lastTransitionTime: "2026-01-01T11:58:00Z"}]}
                """.formatted(revision), Deployment.class));
        return new DeploymentBuilder(deployment)
                .editMetadata()
                .addToAnnotations(Seals.SEAL, services.seals().of(deployment))
                .endMetadata()
                .build();
    }

    private static String version(String revision) {
        return "{revision: %1$s, artifact: \"registry:5000/models/vision/digits@sha256:%2$s\", digest: \"sha256:%2$s\", certificate: \"sha256:%2$s\", run: first, trial: t, variant: v, weight: 50, desiredWeight: 50, readyReplicas: 1}"
                .formatted(revision, (revision.equals("blue") ? "b" : "c").repeat(64));
    }
}
