package dev.edgeai.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a field stands in a manifest, written as people write it: {@code spec.targets[0].name}.
 *
 * @param steps names of fields; numbers of entries in lists
 */
record FieldPath(List<String> steps) {
    static final FieldPath ROOT = new FieldPath(List.of());

    FieldPath {
        steps = List.copyOf(steps);
    }

    /** Of a JSON pointer (RFC 6901). */
    static FieldPath of(String pointer) {
        return new FieldPath(Arrays.stream(pointer.split("/", -1))
                .skip(1)
                .map(step -> step.replace("~1", "/").replace("~0", "~"))
                .toList());
    }

    FieldPath child(String name) {
        List<String> longer = new ArrayList<>(steps);
        longer.add(name);
        return new FieldPath(longer);
    }

    /** What a schema says of it. */
    JsonNode in(JsonNode schema) {
        JsonNode at = schema;
        for (String step : steps) {
            at = at.has("items")
                    ? at.get("items")
                    : at.path("properties").has(step)
                            ? at.path("properties").get(step)
                            : at.path("additionalProperties");
        }
        return at;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String step : steps) {
            if (!step.isEmpty() && step.chars().allMatch(Character::isDigit)) {
                text.append('[').append(step).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(step);
            }
        }
        return text.toString();
    }
}
