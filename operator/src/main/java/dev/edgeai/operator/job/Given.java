package dev.edgeai.operator.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compares a pod's spec as it was given with what stands in the cluster. All that was given must be there and be the
 * same; what was not given must be absent, but for what an API server, a scheduler or an ordinary admission plugin fills
 * in and which changes nothing of what runs. A field that is not known here counts as a difference, so that a newer
 * Kubernetes is told and never trusted by mistake.
 */
final class Given {
    /** Filled in with any value: where and how urgently a pod runs, and who may pull its image. */
    private static final Set<String> ANYTHING = Set.of(
            "nodeName",
            "priority",
            "priorityClassName",
            "preemptionPolicy",
            "imagePullSecrets",
            "tolerations",
            "nodeSelector.*",
            "securityContext.seLinuxOptions",
            "containers.securityContext.seLinuxOptions",
            "containers.resources.limits.*",
            "containers.resources.requests.*");

    /** Filled in with this value only. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "dnsPolicy", "ClusterFirst",
            "schedulerName", "default-scheduler",
            "serviceAccountName", "default",
            "serviceAccount", "default",
            "containers.terminationMessagePath", "/dev/termination-log");

    private static final Set<String> QUANTITIES = Set.of("limits", "requests", "emptyDir");

    private Given() {}

    /** An object of the API as a tree. */
    static JsonNode tree(Object object) {
        return Json.find(Serialization.asJson(object), JsonNode.class).orElseThrow();
    }

    /** The first difference of two pods' specs, as a sentence's beginning; absent when there is none. */
    static Optional<String> difference(JsonNode given, JsonNode found) {
        return compare("", given, found);
    }

    private static Optional<String> compare(String path, JsonNode given, JsonNode found) {
        if (given.isBoolean()) {
            return given.equals(found) ? Optional.empty() : Optional.of(path + " is another"); // absent may mean true
        }
        if (isEmpty(given) && isEmpty(found)) {
            return Optional.empty();
        }
        if (given.isObject() && (found.isObject() || isEmpty(found))) {
            return objects(path, given, found);
        }
        if (given.isArray() && found.isArray()) {
            return path.equals("tolerations") ? contains(path, given, found) : lists(path, given, found);
        }
        return isSame(path, given, found) ? Optional.empty() : Optional.of(path + " is another");
    }

    private static Optional<String> objects(String path, JsonNode given, JsonNode found) {
        for (Map.Entry<String, JsonNode> field : given.properties()) {
            Optional<String> difference =
                    compare(below(path, field.getKey()), field.getValue(), found.path(field.getKey()));
            if (difference.isPresent()) {
                return difference;
            }
        }
        for (Map.Entry<String, JsonNode> field : found.properties()) {
            String name = below(path, field.getKey());
            if (!given.has(field.getKey()) && !isFilledIn(path, name, field.getValue())) {
                return Optional.of(name + " was added");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> lists(String path, JsonNode given, JsonNode found) {
        if (given.size() != found.size()) {
            return Optional.of(path + " are " + names(found) + " and not " + names(given));
        }
        for (int i = 0; i < given.size(); i++) {
            Optional<String> difference = compare(path, given.get(i), found.get(i));
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> contains(String path, JsonNode given, JsonNode found) {
        for (JsonNode item : given) {
            boolean there = false;
            for (JsonNode other : found) {
                there = there || item.equals(other);
            }
            if (!there) {
                return Optional.of(path + " lack one");
            }
        }
        return Optional.empty();
    }

    private static boolean isFilledIn(String parent, String path, JsonNode value) {
        if (isEmpty(value) || Stream.of(path, path + ".*", parent + ".*").anyMatch(ANYTHING::contains)) {
            return true;
        }
        if (path.equals("containers.resources")) {
            return value.propertyStream().allMatch(field -> ANYTHING.contains(below(path, field.getKey()) + ".*"));
        }
        return DEFAULTS.containsKey(path) && DEFAULTS.get(path).equals(value.asText());
    }

    private static boolean isSame(String path, JsonNode given, JsonNode found) {
        if (given.asText().equals(found.asText()) && given.isValueNode() && found.isValueNode()) {
            return true;
        }
        boolean quantity = Stream.of(path.split("\\.", -1)).anyMatch(QUANTITIES::contains);
        return quantity && given.isValueNode() && found.isValueNode() && isSameAmount(given.asText(), found.asText());
    }

    private static boolean isSameAmount(String given, String found) {
        try {
            return Quantity.getAmountInBytes(new Quantity(given))
                            .compareTo(Quantity.getAmountInBytes(new Quantity(found)))
                    == 0;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** What the API leaves out when it writes. */
    private static boolean isEmpty(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING, NULL -> true;
            case BOOLEAN -> !node.booleanValue();
            case STRING -> node.textValue().isEmpty();
            case OBJECT, ARRAY -> node.isEmpty();
            case NUMBER, BINARY, POJO -> false;
        };
    }

    /** Init containers have the fields of containers. */
    private static String below(String path, String field) {
        String name = path.isEmpty() && field.equals("initContainers") ? "containers" : field;
        return path.isEmpty() ? name : path + "." + name;
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(item -> names.add(item.path("name").asText()));
        return names;
    }
}
