package dev.edgeai.operator.accelerator;

import dev.edgeai.api.config.AcceleratorProfile;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The nodes of one accelerator class.
 *
 * @param nodes Ready, not cordoned, and with the labels of the profile's node selector
 */
public record NodePool(List<Node> nodes) {
    /** Labels of Node Feature Discovery: {@code feature.node.kubernetes.io/cpu-cpuid.AVX512BF16=true}. */
    private static final String CPU_FEATURE = "feature.node.kubernetes.io/cpu-cpuid.";

    public NodePool {
        nodes = List.copyOf(nodes);
    }

    /** The nodes of a profile. */
    public static NodePool of(AcceleratorProfile profile, List<Node> all) {
        return new NodePool(all.stream()
                .filter(node -> isUsable(node) && hasLabels(node, profile.nodeSelector()))
                .toList());
    }

    public int size() {
        return nodes.size();
    }

    /** CPU features that all of these nodes have, in lower case; absent when one of them tells nothing of its own. */
    public Optional<Set<String>> cpuFeatures() {
        List<Set<String>> told = nodes.stream().map(NodePool::cpuFeatures).toList();
        if (told.isEmpty() || told.stream().anyMatch(Set::isEmpty)) {
            return Optional.empty();
        }
        Set<String> common = new HashSet<>(told.getFirst());
        told.forEach(common::retainAll);
        return Optional.of(Set.copyOf(common));
    }

    /** What is read of a node; its images and the rest need not be kept in memory. */
    public static Node slim(Node node) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(node.getMetadata().getName())
                .withUid(node.getMetadata().getUid())
                .withResourceVersion(node.getMetadata().getResourceVersion())
                .withLabels(node.getMetadata().getLabels())
                .endMetadata()
                .withNewSpec()
                .withUnschedulable(node.getSpec().getUnschedulable())
                .endSpec()
                .withNewStatus()
                .withConditions(node.getStatus().getConditions().stream()
                        .filter(condition -> condition.getType().equals("Ready"))
                        .toList())
                .endStatus()
                .build();
    }

    /** Whether a change of a node can change a pool. */
    public static boolean differs(Node now, Node before) {
        return isUsable(now) != isUsable(before) || !labels(now).equals(labels(before));
    }

    private static boolean isUsable(Node node) {
        return !Boolean.TRUE.equals(node.getSpec().getUnschedulable())
                && node.getStatus().getConditions().stream().anyMatch(NodePool::isReady);
    }

    private static boolean isReady(NodeCondition condition) {
        return condition.getType().equals("Ready") && "True".equals(condition.getStatus());
    }

    private static boolean hasLabels(Node node, Map<String, String> selector) {
        return labels(node).entrySet().containsAll(selector.entrySet());
    }

    private static Set<String> cpuFeatures(Node node) {
        return labels(node).entrySet().stream()
                .filter(label -> label.getKey().startsWith(CPU_FEATURE) && "true".equals(label.getValue()))
                .map(label -> label.getKey().substring(CPU_FEATURE.length()).toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Map<String, String> labels(Node node) {
        return node.getMetadata().getLabels() == null
                ? Map.of()
                : node.getMetadata().getLabels();
    }
}
