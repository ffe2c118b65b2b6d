package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RuntimeUpgrade;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.UpgradeState;
import dev.edgeai.operator.delivery.Samples;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The operator comes back with another runtime image while models serve. */
class RuntimeUpgradeIT extends EdgeModelScenario {
    private static final String OLD = "registry:5000/edgeai/runtime:1";
    private static final String NEW = "registry:5000/edgeai/runtime:2";

    @AfterEach
    void deleteModels() {
        client.resources(EdgeModel.class).inNamespace(namespace).delete();
    }

    @Test
    void theModelsMoveOneAfterTheOtherAndALostDeploymentIsRebuiltAsItWas() {
        List<String> models = List.of("cam-a", "cam-b", "cam-c");
        models.forEach(model -> serve(model, BLUE, MODEL));
        String revision = stable("cam-c").revision();
        stopOperator();
        client.resource(deployment("cam-c", revision).orElseThrow()).delete();

        config = Samples.CONFIG.replace("runtime:1", "runtime:2");
        startOperator();

        Deployment rebuilt = await("the lost Deployment")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> deployment("cam-c", revision), Optional::isPresent)
                .orElseThrow();
        assertThat(image(rebuilt)).as("rebuilt with the image it had").isEqualTo(OLD);

        TreeSet<Integer> atATime = new TreeSet<>();
        await("all serve with the new runtime")
                .atMost(PATIENCE.multipliedBy(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    List<TargetStatus> all = models.stream().map(this::targetOf).toList();
                    atATime.add((int)
                            all.stream().filter(RuntimeUpgradeIT::isMoving).count());
                    return all.stream()
                            .allMatch(t -> t.phase() == RolloutPhase.IDLE
                                    && NEW.equals(
                                            Objects.requireNonNull(t.stable()).image()));
                });
        assertThat(atATime).as("models that move at a time").containsExactly(0, 1);
        assertThat(models).allSatisfy(model -> {
            assertThat(stable(model).digest()).isEqualTo(BLUE);
            assertThat(targetOf(model).upgrade()).isNull();
            assertThat(image(deployment(model, stable(model).revision()).orElseThrow()))
                    .isEqualTo(NEW);
        });
    }

    @Test
    void oneThatFailsStopsTheOthersUntilAPersonRetries() {
        serve("cam-a", BLUE, MODEL);
        serve("cam-b", GREEN, MODEL);
        suspend("cam-b", true);
        stopOperator();
        hands.failRequestsOfImage(NEW);
        config = Samples.CONFIG.replace("runtime:1", "runtime:2");
        startOperator();

        await().atMost(PATIENCE).until(() -> upgrade("cam-a"), u -> isIn(u, UpgradeState.FAILED));
        await().atMost(PATIENCE).until(() -> targetOf("cam-a").phase() == RolloutPhase.IDLE);
        assertThat(stable("cam-a").image()).as("what served serves on").isEqualTo(OLD);
        await().atMost(PATIENCE)
                .until(() -> condition(modelStatus("cam-a"), "Stalled").getReason(), "RuntimeUpgradeFailed"::equals);
        suspend("cam-b", false);
        await().atMost(PATIENCE)
                .until(() -> upgrade("cam-b"), u -> u != null && u.message().contains("/cam-a/cpu failed"));
        assertThat(stable("cam-b").image()).isEqualTo(OLD);

        hands.accept(NEW);
        annotateModel("cam-a", Labels.RETRY, "again");
        for (String model : List.of("cam-a", "cam-b")) {
            await(model)
                    .atMost(PATIENCE)
                    .until(
                            () -> modelStatus(model),
                            status -> NEW.equals(stable(status).image()));
        }
    }

    @Test
    void oneThatWaitsForAPersonKeepsNobodyWaitingAndEndsWhenItIsPromoted() {
        serve("cam-a", BLUE, MODEL.replace("ramp: [{weight: 50, hold: 1s}]", "ramp: []\n    promotion: Manual"));
        serve("cam-b", BLUE, MODEL);
        suspend("cam-b", true); // whoever asks first goes first
        stopOperator();
        config = Samples.CONFIG.replace("runtime:1", "runtime:2");
        startOperator();

        await("the first").atMost(PATIENCE).until(() -> targetOf("cam-a").phase() == RolloutPhase.AWAITING_PROMOTION);
        suspend("cam-b", false);
        await("the next one").atMost(PATIENCE).until(() -> isUpgraded("cam-b"));
        TargetStatus waits = targetOf("cam-a");
        assertThat(waits.phase()).isEqualTo(RolloutPhase.AWAITING_PROMOTION);
        assertThat(upgrade("cam-a"))
                .satisfies(upgrade ->
                        assertThat(Objects.requireNonNull(upgrade).message()).contains("others need not wait"));
        annotateModel(
                "cam-a",
                Labels.PROMOTE,
                Objects.requireNonNull(waits.candidate()).revision());
        await("what was approved").atMost(PATIENCE).until(() -> isUpgraded("cam-a"));
        assertThat(upgrade("cam-a")).isNull();
    }

    @Test
    void anAddressThatIsNotAllowedIsToldBeforeAnythingBegins() {
        create(MODEL.replace(
                "metrics: [",
                "metrics: [{name: mine, max: \"1\", prometheus: {query: up, address: \"http://10.0.0.1\"}}, "));
        RunResults.succeed(client, run(), BLUE);
        EdgeModelStatus stalled = until(s -> condition(s, "Stalled").getReason().equals("AddressNotAllowed"));
        assertThat(condition(stalled, "Stalled").getMessage()).contains("'http://10.0.0.1' is refused");
        assertThat(target(stalled).candidate()).isNull();
        create(MODEL);
        until(this::settledAndReady);
    }

    @Test
    void whatIsRevokedIsReplacedByTheNextCertifiedVariant() {
        create(MODEL);
        RunResults.succeed(client, run(), BLUE, GREEN);
        until(this::settledAndReady);
        assertThat(stable(status()).digest()).isEqualTo(BLUE);
        stopOperator();
        config = Samples.CONFIG + "signing: {revoked: [\"" + BLUE + "\"]}\n";
        startOperator();
        until(s -> target(s).phase() == RolloutPhase.IDLE && stable(s).digest().equals(GREEN));
        stopOperator();
        config = Samples.CONFIG + "signing: {revoked: [\"" + BLUE + "\", \"" + GREEN + "\"]}\n";
        startOperator();
        EdgeModelStatus none = until(s -> condition(s, "Stalled").getReason().equals("Revoked"));
        assertThat(condition(none, "Stalled").getMessage()).contains(GREEN);
        assertThat(stable(none).digest()).as("no outage").isEqualTo(GREEN);
    }

    private boolean isUpgraded(String model) {
        TargetStatus target = targetOf(model);
        return target.phase() == RolloutPhase.IDLE
                && NEW.equals(Objects.requireNonNull(target.stable()).image());
    }

    private void annotateModel(String model, String name, String value) {
        client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName(model)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(name, value));
    }

    private static boolean isMoving(TargetStatus status) {
        return status.candidate() != null || status.previous() != null;
    }

    private static boolean isIn(@Nullable RuntimeUpgrade upgrade, UpgradeState state) {
        return upgrade != null && upgrade.state() == state;
    }

    private void serve(String model, String digest, String yaml) {
        create(yaml.replace("name: digits", "name: " + model));
        OptimizationRun run = await("run of " + model)
                .atMost(PATIENCE)
                .until(
                        () -> client.resources(OptimizationRun.class).inNamespace(namespace).list().getItems().stream()
                                .filter(r -> r.getMetadata()
                                        .getOwnerReferences()
                                        .getFirst()
                                        .getName()
                                        .equals(model))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        RunResults.succeed(client, run, digest);
        await(model + " serves").atMost(PATIENCE).until(() -> {
            EdgeModelStatus status = modelStatus(model);
            return status != null && !status.targets().isEmpty() && settledAndReady(status);
        });
    }

    private void suspend(String model, boolean suspend) {
        client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName(model)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"suspend\":" + suspend + "}}");
    }

    private EdgeModelStatus modelStatus(String model) {
        return client.resources(EdgeModel.class)
                .inNamespace(namespace)
                .withName(model)
                .require()
                .getStatus();
    }

    private TargetStatus targetOf(String model) {
        return target(modelStatus(model));
    }

    private @Nullable RuntimeUpgrade upgrade(String model) {
        return targetOf(model).upgrade();
    }

    private Version stable(String model) {
        return Objects.requireNonNull(targetOf(model).stable());
    }

    private Optional<Deployment> deployment(String model, String revision) {
        return client
                .apps()
                .deployments()
                .inNamespace(namespace)
                .withLabel(Labels.MODEL, model)
                .list()
                .getItems()
                .stream()
                .filter(d -> revision.equals(d.getMetadata().getLabels().get(Labels.REVISION)))
                .findFirst();
    }

    private static String image(Deployment deployment) {
        return deployment
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
    }
}
