package dev.edgeai.operator.observation;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What matters of the nodes for the pods on them.
 *
 * @param cordoned nodes that take no new pods: somebody is about to drain them
 * @param lost nodes whose kubelet does not answer
 */
public record NodeFacts(Set<String> cordoned, Set<String> lost) {
    public static final NodeFacts NONE = new NodeFacts(Set.of(), Set.of());

    public static NodeFacts of(Collection<Node> nodes) {
        return new NodeFacts(
                names(nodes.stream()
                        .filter(node -> node.getSpec() != null
                                && Boolean.TRUE.equals(node.getSpec().getUnschedulable()))
                        .toList()),
                names(nodes.stream().filter(node -> !answers(node)).toList()));
    }

    boolean isCordoned(Pod pod) {
        return pod.getSpec() != null
                && cordoned.contains(String.valueOf(pod.getSpec().getNodeName()));
    }

    /** A node without the condition has not said anything yet. */
    private static boolean answers(Node node) {
        return Optional.ofNullable(node.getStatus()).map(NodeStatus::getConditions).stream()
                .flatMap(List::stream)
                .noneMatch(c -> "Ready".equals(c.getType()) && !"True".equals(c.getStatus()));
    }

    private static Set<String> names(Collection<Node> nodes) {
        return nodes.stream().map(node -> node.getMetadata().getName()).collect(Collectors.toSet());
    }
}
