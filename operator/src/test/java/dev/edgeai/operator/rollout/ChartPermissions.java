package dev.edgeai.operator.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The operator's permissions as the chart grants them, and a client that has these and no others. */
public final class ChartPermissions {
    private static final Path TEMPLATE = Path.of("../charts/edgeai-operator/templates/rbac.yaml");
    private static final String USER = "system:serviceaccount:edgeai-system:edgeai-operator";
    private static final String NAME = "edgeai-operator-by-chart";

    private ChartPermissions() {}

    /** Grants them; the client is the caller's to close. */
    public static KubernetesClient client(KubernetesClient admin, String systemNamespace) {
        grantEverywhere(admin, rules("ClusterRole"));
        grantIn(admin, systemNamespace, rules("Role"));
        Config config = new ConfigBuilder(admin.getConfiguration())
                .withImpersonateUsername(USER)
                .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** The rules of all roles of this kind in the chart's template; only names and labels are templated, but the Secrets'. */
    private static List<PolicyRule> rules(String kind) {
        try {
            List<PolicyRule> rules = new ArrayList<>();
            for (String document : Files.readString(TEMPLATE).split("\n---", -1)) {
                if (document.contains("\nkind: " + kind + "\n")) {
                    String text = document.substring(document.indexOf("\nrules:"))
                            .replace("{{ .Values.signing.secret | quote }}", "edgeai-signing-key")
                            .replace("{{ .Values.signing.trustedKeys | quote }}", "edgeai-trusted-keys");
                    JsonNode parsed = new YAMLMapper().readTree(text).path("rules");
                    for (JsonNode rule : parsed) {
                        rules.add(new YAMLMapper().convertValue(rule, PolicyRule.class));
                    }
                }
            }
            return rules;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void grantEverywhere(KubernetesClient admin, List<PolicyRule> rules) {
        ClusterRole role = new ClusterRole();
        role.setMetadata(new ObjectMetaBuilder().withName(NAME).build());
        role.setRules(rules);
        admin.resource(role).serverSideApply();
        admin.resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", NAME)
                        .addNewSubject("rbac.authorization.k8s.io", "User", USER, "")
                        .build())
                .serverSideApply();
    }

    private static void grantIn(KubernetesClient admin, String namespace, List<PolicyRule> rules) {
        admin.resource(new RoleBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withRules(rules)
                        .build())
                .serverSideApply();
        admin.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", NAME)
                        .addNewSubject("rbac.authorization.k8s.io", "User", USER, "")
                        .build())
                .serverSideApply();
    }
}
