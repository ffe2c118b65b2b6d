package dev.edgeai.operator.optimization;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.delivery.Samples;
import dev.edgeai.operator.misbehaving.MisbehavingApi;
import dev.edgeai.operator.services.Services;
import dev.edgeai.planner.run.JobKey;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.run.RunDecision;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A run's Jobs, made on an API server that refuses them or does not say that it made them. */
class RunActionsMisbehavingApiTest {
    private static final String JOBS = "/namespaces/vision/jobs";
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final RunAction.StartBaseline START = new RunAction.StartBaseline("intel-cpu");

    private final MisbehavingApi api = new MisbehavingApi();
    private final Services services = Services.of(
            api.client(),
            new OperatorEnvironment(Path.of("unused"), "system", "test", Set.of(), false, 0),
            Samples.yaml(Samples.CONFIG, OperatorConfig.class),
            Clock.systemUTC());
    private final RunActions actions = new RunActions(services);
    private final OptimizationRun run = Samples.yaml("""
            metadata: {name: digits, namespace: vision, uid: run-uid}
            spec:
              source: {uri: "oci://registry:5000/models/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
              accelerator: intel-cpu
            """, OptimizationRun.class);

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aJobWhoseAnswerWasLostIsTheRuns() {
        api.loseAnswer("POST", JOBS, 504);
        apply(START);
        assertThat(api.asked("DELETE", JOBS)).as("it is in nobody's way").isEmpty();
        assertThat(api.asked("POST", JOBS)).hasSize(1);
        assertThat(picture().jobs()).as("found at the next look").hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "403, 'exceeded quota: count/jobs.batch'",
        "422, 'spec.template: invalid'",
        "500, 'failed calling webhook \"policy.example\": connection refused'",
        "503, 'the server is currently unable to handle the request'"
    })
    void whyNoJobIsTakenIsToldOnceAndStandsInTheRunsStatus(int code, String why) {
        api.refuse("POST", JOBS, code, why);
        apply(START);
        apply(START);
        assertThat(api.asked("POST", JOBS)).as("once a look").hasSize(2);
        assertThat(actions.refusal(run))
                .hasValueSatisfying(refusal -> assertThat(refusal.message())
                        .hasValueSatisfying(message -> assertThat(message).contains(why)));
        assertThat(api.told()).allSatisfy(said -> assertThat(said).contains("JobRefused", why));
        assertThat(api.client().v1().events().inNamespace("vision").list().getItems())
                .hasSize(1);
    }

    @Test
    void aBusyServerIsAskedAgainLater() {
        api.refuse("POST", JOBS, 429, "too many requests");
        assertThatThrownBy(() -> apply(START)).isInstanceOf(KubernetesClientException.class);
        assertThat(api.asked("POST", JOBS)).hasSize(1);
    }

    @Test
    void aRefusalIsOverWhenAJobIsTaken() {
        api.refuse(1, "POST", JOBS, 403, "exceeded quota");
        apply(START);
        apply(START);
        assertThat(actions.refusal(run)).isEmpty();
        assertThat(picture().jobs()).hasSize(1);
    }

    @Test
    void somebodyElsesJobOfThatNameStays() {
        Job theirs = api.keep(Samples.yaml("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: digits-baseline, namespace: vision}
                """, Job.class));
        apply(START);
        assertThat(api.asked("DELETE", JOBS)).isEmpty();
        assertThat(api.client().resource(theirs).get()).isEqualTo(theirs);
        assertThat(picture().jobs()).as("under its other name").hasSize(1);
    }

    @Test
    void aJobThatWasReplacedInBetweenIsNotDeleted() {
        apply(START);
        api.refuse("DELETE", JOBS, 409, "uid is another");
        apply(new RunAction.DeleteJob(JobKey.baseline()));
        assertThat(api.asked("DELETE", JOBS))
                .singleElement()
                .satisfies(delete -> assertThat(
                                delete.body().at("/preconditions/uid").asText())
                        .isEqualTo(
                                picture().jobs().getFirst().job().getMetadata().getUid()));
    }

    @Test
    void whereNoEventCanBeReadTheRunGoesOn() {
        api.refuse("GET", "/events", 500, "etcdserver: request timed out");
        assertThat(StartEvents.of(api.client(), "vision", "uid")).isEmpty();
    }

    @Test
    void aRunThatCannotBeLookedAtSaysSoWhenItIsMoreThanAHiccup() {
        OptimizationRunReconciler reconciler = new OptimizationRunReconciler(services);
        Exception denied = new KubernetesClientException("jobs.batch is forbidden");
        reconciler.updateErrorStatus(run, failedBefore(1), denied);
        assertThat(api.told()).isEmpty();
        reconciler.updateErrorStatus(run, failedBefore(2), denied);
        assertThat(api.told())
                .singleElement()
                .satisfies(said -> assertThat(said).contains("ReconcileFailed", "jobs.batch is forbidden"));
    }

    private void apply(RunAction action) {
        actions.apply(run, picture(), new RunDecision(OptimizationRunStatus.empty(), List.of(action)));
    }

    private RunSnapshot picture() {
        return new RunGatherer(api.client(), services.seals(), "system", List::of, List::of).gather(run, NOW);
    }

    @SuppressWarnings("unchecked")
    private static Context<OptimizationRun> failedBefore(int times) {
        RetryInfo retry = new RetryInfo() {
            @Override
            public int getAttemptCount() {
                return times;
            }

            @Override
            public boolean isLastAttempt() {
                return false;
            }
        };
        return (Context<OptimizationRun>) Proxy.newProxyInstance(
                Context.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) -> Optional.of(retry)); // asked for nothing else
    }
}
