package dev.edgeai.operator.optimization;

import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What somebody makes in the model's namespace who may make Jobs or pods there, and nothing else. */
class ForgedJobsIT extends OptimizationRunScenario {
    private static final String TRIAL = "openvino-int8-ptq";
    private static final Map<String, Object> FORGED = Map.of("measure", Results.variant(TRIAL, 'f', 9.9));

    @Test
    void aResultOfAForgedJobIsNotTaken() throws Exception {
        OptimizationRun run = create(run(1));
        passBaseline();
        Job real = job(namespace, RUN + "-" + TRIAL);
        Job forged;
        try (KubernetesClient forger = whoMayOnlyMakeJobs()) {
            assertThatThrownBy(() -> forger.resource(real).get()).isInstanceOf(KubernetesClientException.class);
            forged = forger.resource(forgedJob("forged", labels(run, TRIAL))).create();
        }
        kubelet.succeed(forged, kubelet.start(forged), FORGED);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> isTold(forged.getMetadata().getName())
                        || trial(current().getStatus(), TRIAL).phase() == TrialPhase.ACCEPTED);

        assertThat(trial(current().getStatus(), TRIAL).phase()).isEqualTo(TrialPhase.PENDING);
        kubelet.succeed(real, kubelet.start(real), Map.of("measure", Results.variant(TRIAL, 'b', 3.0)));
        OptimizationRunStatus certifying = status(status -> status.phase() == RunPhase.CERTIFYING);
        assertThat(trial(certifying, TRIAL).digest()).isEqualTo(Results.digest('b'));
        assertThat(isTold(forged.getMetadata().getName())).isTrue();
        assertUntouched(forged);
    }

    @Test
    void aJobThatTookTheNameIsLeftAloneAndTheRunGoesOnBesideIt() throws Exception {
        Job squatter;
        try (KubernetesClient forger = whoMayOnlyMakeJobs()) {
            squatter = forger.resource(forgedJob(RUN + "-baseline", Map.of())).create();
        }
        create(run(1));
        Job baseline = Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> jobs(namespace).stream()
                                .filter(job -> !job.getMetadata()
                                        .getUid()
                                        .equals(squatter.getMetadata().getUid()))
                                .findFirst(),
                        found -> found.isPresent())
                .orElseThrow();
        kubelet.succeed(baseline, kubelet.start(baseline), baselineMessages());

        status(status -> status.phase() == RunPhase.SEARCHING);
        assertThat(isTold(squatter.getMetadata().getName())).isTrue();
        assertUntouched(squatter);
    }

    @Test
    void aForgedJobUnderTheVeryNameIsNeitherReadNorDeleted() throws Exception {
        operator.close();
        OptimizationRun run = create(run(1));
        Job forged;
        try (KubernetesClient forger = whoMayOnlyMakeJobs()) {
            forged = forger.resource(forgedJob(RUN + "-baseline", labels(run, "baseline")))
                    .create();
        }
        kubelet.succeed(forged, kubelet.start(forged), baselineMessages());
        startOperator();

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> isTold(forged.getMetadata().getName())
                        || status(s -> s.phase() != null).phase() == RunPhase.SEARCHING);
        // the Event is told before the status is written
        assertThat(status(s -> s.phase() != null).phase()).isEqualTo(RunPhase.ASSESSING);
        assertUntouched(forged);
    }

    @Test
    void aPodMadeByHandForTheRealJobIsNotRead() throws Exception {
        create(run(1));
        Job baseline = job(namespace, RUN + "-baseline");
        Job other = new JobBuilder(baseline).build();
        other.getSpec().getTemplate().getSpec().getContainers().getFirst().setCommand(List.of("sh", "-c", "echo 9.9"));
        Pod byHand = kubelet.start(other);
        kubelet.succeed(baseline, byHand, baselineMessages());

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> isTold(byHand.getMetadata().getName())
                        || current().getStatus().phase() == RunPhase.SEARCHING);
        OptimizationRunStatus status = current().getStatus();
        assertThat(status.phase()).isEqualTo(RunPhase.ASSESSING);
        assertThat(status.baseline()).isNull();
        assertThat(status.sourceDigest()).isNull();
    }

    private static Map<String, Object> baselineMessages() {
        return Map.of(
                "fetch", new FetchResult(Results.SOURCE, Results.DATASET, 1_687_247),
                "assess", Results.assessment(),
                "measure", Results.baseline());
    }

    private boolean isTold(String name) {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getReason().equals("ForeignObject")
                        && event.getInvolvedObject().getKind().equals("OptimizationRun"))
                .map(Event::getMessage)
                .anyMatch(message -> message.contains(name));
    }

    private void assertUntouched(Job job) {
        Job now = client.resource(job).get();
        assertThat(now).isNotNull();
        assertThat(now.getMetadata().getUid()).isEqualTo(job.getMetadata().getUid());
        assertThat(now.getMetadata().getDeletionTimestamp()).isNull();
        assertThat(now.getSpec()).isEqualTo(job.getSpec());
    }

    /** As the operator would have made it, but for what it runs. */
    private Job forgedJob(String name, Map<String, String> labels) {
        PodSpec pod = new JobBuilder()
                .withNewSpec()
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("measure")
                .withImage("example.com/forger:1")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build()
                .getSpec()
                .getTemplate()
                .getSpec();
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withSpec(pod)
                .endTemplate()
                .endSpec()
                .build();
    }

    private Map<String, String> labels(OptimizationRun run, String trial) {
        Map<String, String> labels = new HashMap<>();
        labels.put(Labels.MANAGED_BY, Labels.MANAGER);
        labels.put(Labels.COMPONENT, "trial");
        labels.put(Labels.RUN, RUN);
        labels.put(Labels.RUN_NAMESPACE, namespace);
        labels.put(Labels.RUN_UID, run.getMetadata().getUid());
        labels.put(Labels.TRIAL, trial);
        labels.put(Labels.ACCELERATOR, "intel-cpu");
        return labels;
    }

    private KubernetesClient whoMayOnlyMakeJobs() {
        String user = "system:serviceaccount:" + namespace + ":forger";
        client.resource(new RoleBuilder()
                        .withNewMetadata()
                        .withName("makes-jobs")
                        .withNamespace(namespace)
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("batch")
                        .withResources("jobs")
                        .withVerbs("create")
                        .endRule()
                        .build())
                .create();
        client.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withName("makes-jobs")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", "makes-jobs")
                        .addNewSubject("rbac.authorization.k8s.io", "User", user, "")
                        .build())
                .create();
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(client.getConfiguration())
                        .withImpersonateUsername(user)
                        .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                        .build())
                .build();
    }
}
