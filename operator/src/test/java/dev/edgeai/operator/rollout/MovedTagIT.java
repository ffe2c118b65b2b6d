package dev.edgeai.operator.rollout;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.ResolveResult;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.source.SourceTag;
import dev.edgeai.operator.delivery.ResolveJob;
import dev.edgeai.operator.delivery.Samples;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Somebody pushes something else under the tag that a model's source names. */
class MovedTagIT extends EdgeModelScenario {
    private static final String MOVED = RunResults.digest('6');
    private static final String MOVED_AGAIN = RunResults.digest('7');
    private static final UnaryOperator<String> FOLLOWING =
            model -> model.replace("digits:1\"}\n  task", "digits:1\", followTag: true}\n  task");

    /** Looks that come so late that one of somebody else must be taken before, if it is taken. */
    private static final Duration A_FEW_LOOKS = Duration.ofSeconds(5);

    @BeforeEach
    void lookEachSecond() {
        stopOperator();
        config = Samples.CONFIG + "sourceCheck: {interval: 1s}\n";
        startOperator();
    }

    @Test
    void aMovedTagIsToldAndChangesNothing() {
        serve(BLUE);
        until(s -> isMoved(s, "False"));
        OptimizationRun run = run();

        hands.jobs.moveTag(MOVED);

        EdgeModelStatus told = until(s -> isMoved(s, "True"));
        assertThat(moved(told).getReason()).isEqualTo("TagMoved");
        assertThat(moved(told).getMessage())
                .contains(
                        "tag '1' of oci://registry:5000/models/digits:1",
                        RunResults.SOURCE,
                        MOVED,
                        "edgeai.dev/retry",
                        "spec.source.followTag");
        assertThat(settledAndReady(told)).isTrue();
        assertThat(told.sourceDigest()).isEqualTo(RunResults.SOURCE);
        restart(true);
        untilLookedAgain();
        EdgeModelStatus later = until(s -> isMoved(s, "True"));
        assertThat(settledAndReady(later)).isTrue();
        assertThat(stable(later).digest()).isEqualTo(BLUE);
        assertThat(runs()).extracting(EdgeModelScenario::name).containsExactly(name(run));
        assertThat(movesTold()).singleElement().asString().contains(MOVED);

        hands.jobs.moveTag(RunResults.SOURCE);
        until(s -> moved(s).getReason().equals("TagUnmoved"));
    }

    @Test
    void aPersonWhoWasToldAsksForTheNewContentOnce() {
        serve(BLUE);
        annotate(Labels.RETRY, "before it moved");
        hands.jobs.moveTag(MOVED);
        until(s -> isMoved(s, "True"));
        untilLookedAgain();
        assertThat(runs()).hasSize(1);

        OptimizationRun before = run();
        annotate(Labels.RETRY, "the new content");

        OptimizationRun next = runAfter(before);
        assertThat(next.getSpec().source().digest()).isEqualTo(MOVED);
        RunResults.succeed(client, next, GREEN);
        until(s -> settledAndReady(s) && stable(s).digest().equals(GREEN) && isMoved(s, "False"));
        hands.jobs.moveTag(MOVED_AGAIN);
        until(s -> isMoved(s, "True"));
        untilLookedAgain();
        assertThat(runs()).as("only what was asked for").hasSize(2);
    }

    @Test
    void aTagThatIsFollowedMakesOneRunForEachNewDigest() {
        serve(BLUE, FOLLOWING.apply(MODEL));
        until(s -> isMoved(s, "False"));
        OptimizationRun first = run();
        assertThat(first.getSpec().source().followTag()).isNull();

        hands.jobs.moveTag(MOVED);

        OptimizationRun second = runAfter(first);
        assertThat(second.getSpec().source().digest())
                .as("it is assessed as it was found, wherever the tag goes")
                .isEqualTo(MOVED);
        assertThat(stable(status()).digest()).as("what serves serves on").isEqualTo(BLUE);
        restart(true);
        RunResults.succeed(client, second, GREEN);
        EdgeModelStatus followed = until(s -> settledAndReady(s)
                && stable(s).digest().equals(GREEN)
                && moved(s).getReason().equals("TagFollowed"));
        assertThat(followed.sourceDigest()).isEqualTo(MOVED);
        untilLookedAgain();
        assertThat(runs()).hasSize(2);

        hands.jobs.moveTag(RunResults.SOURCE);
        until(s -> RunResults.SOURCE.equals(s.sourceDigest()) && settledAndReady(s));
        assertThat(name(run())).as("the run of that content is there").isEqualTo(name(first));
        assertThat(runs()).hasSize(2);
        assertThat(movesTold()).hasSize(2);
    }

    @Test
    void aLookThatSomebodyElseMadeDecidesNothing() {
        serve(BLUE);
        until(s -> isMoved(s, "False"));
        hands.runOnly(_ -> false);
        Job ours = await().atMost(PATIENCE)
                .until(this::look, look -> look.filter(job -> !hasEnded(job)).isPresent())
                .orElseThrow();

        Job forged = client.resource(copy("digits-resolve")).create();
        Job copied = client.resource(sealedCopy(ours, "digits-resolve-2")).create();
        for (Job job : List.of(forged, copied)) {
            tell(
                    job,
                    job.getSpec()
                            .getTemplate()
                            .getSpec()
                            .getContainers()
                            .getFirst()
                            .getImage());
            hands.jobs.end(job, true);
        }
        await().during(A_FEW_LOOKS).atMost(PATIENCE).until(() -> isMoved(status(), "False"));
        // the operator's own Job, with a pod that runs something else
        tell(ours, "busybox");
        hands.jobs.end(ours, true);
        until(s -> moved(s).getMessage().contains("its result was lost with its pod"));

        assertThat(isMoved(status(), "False")).isTrue();
        assertThat(events()).doesNotContain("TagMoved");
        assertThat(client.resource(forged).get()).as("nobody else's things").isNotNull();
        hands.runOnly(_ -> true);
        untilLookedAgain();
        assertThat(isMoved(status(), "False")).isTrue();
    }

    /** A pod that says that the tag has moved. */
    private void tell(Job job, String image) {
        Pod pod = client.resource(hands.jobs
                        .pod(job, job.getMetadata().getName() + "-y")
                        .editSpec()
                        .editFirstContainer()
                        .withImage(image)
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        hands.jobs.told(pod, new ResolveResult(MOVED), true);
    }

    @Test
    void looksThatFailAreToldInTheConditionOnly() {
        hands.jobs.hideTag();
        serve(BLUE);

        EdgeModelStatus failed = until(s -> isMoved(s, "Unknown"));

        assertThat(moved(failed).getReason()).isEqualTo("TagUnknown");
        assertThat(moved(failed).getMessage()).contains("RegistryUnavailable: registry:5000 does not answer");
        assertThat(settledAndReady(failed)).isTrue();
        assertThat(events()).doesNotContain("TagMoved");
        hands.jobs.moveTag(RunResults.SOURCE);
        until(s -> isMoved(s, "False"));
    }

    @Test
    void aSuspendedOrPinnedModelIsNotLookedAt() {
        serve(BLUE);
        until(s -> isMoved(s, "False"));
        edit(model -> model.replace("replicas: 2", "replicas: 2\n  suspend: true"));
        until(s -> condition(s, "Reconciling").getReason().equals("Suspended"));
        await().atMost(PATIENCE).until(() -> look().isEmpty());
        hands.jobs.moveTag(MOVED);
        await().during(A_FEW_LOOKS).atMost(PATIENCE).until(() -> look().isEmpty() && isMoved(status(), "False"));

        create(MODEL.replace("digits:1\"}\n  task", "digits:1\", digest: \"" + RunResults.SOURCE + "\"}\n  task"));

        until(s -> s.conditions().stream().noneMatch(c -> c.getType().equals("SourceMoved")) && s.sourceTag() == null);
        assertThat(runs()).as("it was optimized from that very content").hasSize(1);
    }

    private static boolean isMoved(EdgeModelStatus status, String word) {
        return status.conditions().stream()
                .anyMatch(
                        c -> c.getType().equals("SourceMoved") && c.getStatus().equals(word));
    }

    private static Condition moved(EdgeModelStatus status) {
        return condition(status, "SourceMoved");
    }

    private void untilLookedAgain() {
        String before = lookedAt(status());
        until(s -> !lookedAt(s).equals(before));
    }

    private static String lookedAt(EdgeModelStatus status) {
        return Optional.ofNullable(status.sourceTag()).map(SourceTag::lookedAt).orElse("");
    }

    private List<String> movesTold() {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getReason().equals("TagMoved"))
                .map(Event::getMessage)
                .toList();
    }

    private static boolean hasEnded(Job job) {
        return job.getStatus() != null && !job.getStatus().getConditions().isEmpty();
    }

    private Optional<Job> look() {
        return client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(Labels.COMPONENT, ResolveJob.RESOLVE)
                .list()
                .getItems()
                .stream()
                .filter(job -> job.getMetadata().getDeletionTimestamp() == null)
                .findFirst();
    }

    /** As anybody may make it who may make Jobs. */
    private Job copy(String name) {
        Job job = new ResolveJob(model(), name, Samples.yaml(config, OperatorConfig.class)).build();
        return job;
    }

    private Job sealedCopy(Job ours, String name) {
        Job job = copy(name);
        job.getMetadata()
                .setAnnotations(Objects.requireNonNull(ours.getMetadata().getAnnotations()));
        return job;
    }
}
