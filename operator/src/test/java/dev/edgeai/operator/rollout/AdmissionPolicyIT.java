package dev.edgeai.operator.rollout;

import dev.edgeai.testing.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The chart's admission policy: whoever may make pods may not give them the operator's labels. */
@ExtendWith(ApiServer.Extension.class)
class AdmissionPolicyIT {
    private static final Path TEMPLATE = Path.of("../charts/edgeai-operator/templates/admission-policy.yaml");
    private static final String OPERATOR = "system:serviceaccount:edgeai-system:edgeai-operator";
    private static final String CONTROLLERS = "system:serviceaccount:kube-system:";
    private static final Map<String, String> OURS = Map.of("edgeai.dev/revision", "abc");
    private static final Map<String, String> TRIALS = Map.of("app.kubernetes.io/managed-by", "edgeai-operator");
    private static final Map<String, String> OTHERS = Map.of("app", "payments", "app.kubernetes.io/managed-by", "Helm");

    private static KubernetesClient admin;
    private static String namespace;

    @BeforeAll
    static void install(ApiServer server) throws IOException {
        admin = server.client();
        namespace = server.namespace("labels");
        admin.load(rendered()).serverSideApply();
        // A policy is known to the server a moment after it was made
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertRefused("tenant", pod("probe", OURS)));
    }

    @AfterAll
    static void uninstall() throws IOException {
        admin.load(rendered()).delete();
    }

    @Test
    void aTenantMayNotGiveTheOperatorsLabelsToWhatHasPods() {
        assertRefused("tenant", pod("p", OURS));
        assertRefused("tenant", pod("p", TRIALS));
        assertRefused("tenant", job("j", OURS, OTHERS));
        assertRefused("tenant", job("j", OTHERS, TRIALS));
        assertRefused("tenant", deployment("d", OTHERS, OURS));
        assertRefused("tenant", replicaSet("r", OTHERS, OURS));
        assertRefused(CONTROLLERS + "daemon-set-controller", pod("p", OURS));
        assertRefused(CONTROLLERS + "cronjob-controller", job("j", TRIALS, TRIALS));
    }

    @Test
    void norGiveThemLater() {
        create("tenant", pod("later", OTHERS));
        assertThatThrownBy(() -> as(
                        "tenant",
                        client -> client.pods()
                                .inNamespace(namespace)
                                .withName("later")
                                .edit(pod -> new PodBuilder(pod)
                                        .editMetadata()
                                        .addToLabels(OURS)
                                        .endMetadata()
                                        .build())))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("Leave them off");
    }

    @Test
    void theOperatorAndTheControllersForWhatItMadeMay() {
        create(OPERATOR, job("trial", TRIALS, OURS));
        create(OPERATOR, deployment("serving", TRIALS, OURS));
        create(CONTROLLERS + "deployment-controller", replicaSet("serving-1", OURS, OURS));
        create(CONTROLLERS + "replicaset-controller", pod("serving-1-a", OURS));
        create(CONTROLLERS + "job-controller", pod("trial-a", TRIALS));
    }

    @Test
    void whatHasNoneOfThemAndWhatKeepsThemIsNobodysMatter() {
        create("tenant", deployment("payments", OTHERS, OTHERS));
        create(OPERATOR, deployment("scaled", TRIALS, OURS));
        assertThatCode(() -> as(
                        "tenant",
                        client -> client.apps()
                                .deployments()
                                .inNamespace(namespace)
                                .withName("scaled")
                                .edit(deployment -> new DeploymentBuilder(deployment)
                                        .editSpec()
                                        .withReplicas(0)
                                        .endSpec()
                                        .build())))
                .doesNotThrowAnyException();
    }

    @Test
    void theImagesOfItsPodsStayWhatTheOperatorGaveThem() {
        create(CONTROLLERS + "replicaset-controller", pod("serving", OURS));
        create("tenant", pod("payments", OTHERS));
        assertThatThrownBy(() -> setImage("tenant", "serving"))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("the images of pods that EdgeAI Operator made stay as they are");
        assertThatCode(() -> setImage("tenant", "payments")).doesNotThrowAnyException();
        assertThatCode(() -> as(
                        "tenant",
                        client -> client.pods()
                                .inNamespace(namespace)
                                .withName("serving")
                                .edit(pod -> new PodBuilder(pod)
                                        .editMetadata()
                                        .addToAnnotations("note", "mine")
                                        .endMetadata()
                                        .build())))
                .doesNotThrowAnyException();
    }

    private static void setImage(String user, String pod) {
        as(
                user,
                client -> client.pods()
                        .inNamespace(namespace)
                        .withName(pod)
                        .edit(seen -> new PodBuilder(seen)
                                .editSpec()
                                .editFirstContainer()
                                .withImage("another")
                                .endContainer()
                                .endSpec()
                                .build()));
    }

    private static void assertRefused(String user, HasMetadata object) {
        assertThatThrownBy(() -> create(user, object))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("Leave them off");
    }

    private static void create(String user, HasMetadata object) {
        as(user, client -> client.resource(object).inNamespace(namespace).create());
    }

    private interface Act {
        void with(KubernetesClient client);
    }

    /** A user who may do anything; which is not the question here. */
    private static void as(String user, Act act) {
        var config = new ConfigBuilder(admin.getConfiguration())
                .withImpersonateUsername(user)
                .withImpersonateGroups("system:masters", "system:authenticated")
                .build();
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            act.with(client);
        }
    }

    private static Pod pod(String name, Map<String, String> labels) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("main")
                .withImage("image")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .endContainer()
                .endSpec()
                .build();
    }

    private static PodTemplateSpec template(Map<String, String> labels) {
        Pod pod = pod("unused", labels);
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .addToLabels("selected", "yes")
                .endMetadata()
                .withSpec(pod.getSpec())
                .build();
    }

    private static Job job(String name, Map<String, String> own, Map<String, String> pods) {
        PodTemplateSpec template = template(pods);
        template.getSpec().setRestartPolicy("Never");
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(own)
                .endMetadata()
                .withNewSpec()
                .withTemplate(template)
                .endSpec()
                .build();
    }

    private static Deployment deployment(String name, Map<String, String> own, Map<String, String> pods) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(own)
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .addToMatchLabels("selected", "yes")
                .endSelector()
                .withTemplate(template(pods))
                .endSpec()
                .build();
    }

    private static ReplicaSet replicaSet(String name, Map<String, String> own, Map<String, String> pods) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(own)
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .addToMatchLabels("selected", "yes")
                .endSelector()
                .withTemplate(template(pods))
                .endSpec()
                .build();
    }

    /** As Helm renders it for a release that watches all namespaces. */
    private static InputStream rendered() throws IOException {
        String yaml = Pattern.compile("\\{\\{- with .Values.watchNamespaces }}.*?\\{\\{- end }}", Pattern.DOTALL)
                .matcher(Files.readString(TEMPLATE))
                .replaceAll("")
                .replaceAll("(?m)^\\{\\{-.*}}$", "")
                .replaceAll("(?m)^ *labels: \\{\\{-.*}}$", "")
                .replace("{{ .Release.Namespace }}", "edgeai-system")
                .replace("{{ include \"edgeai.fullname\" . }}", "edgeai-operator");
        return new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8));
    }
}
