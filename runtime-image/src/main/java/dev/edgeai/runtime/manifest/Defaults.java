package dev.edgeai.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Map;

/** What an API server does before it checks anything: nulls are as absent, and what is absent gets its default. */
final class Defaults {
    private Defaults() {}

    /** Completes a value in place. */
    static void complete(JsonNode value, JsonNode schema) {
        if (value instanceof ObjectNode object) {
            completeObject(object, schema);
        } else {
            value.forEach(item -> complete(item, schema.path("items")));
        }
    }

    private static void completeObject(ObjectNode object, JsonNode schema) {
        for (Map.Entry<String, JsonNode> field : new ArrayList<>(object.properties())) {
            if (field.getValue().isNull()) {
                object.remove(field.getKey());
            }
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String name = property.getKey();
            JsonNode byDefault = property.getValue().get("default");
            if (byDefault != null && !object.has(name)) {
                object.set(name, byDefault.deepCopy());
            }
            if (object.has(name)) {
                complete(object.get(name), property.getValue());
            }
        }
        JsonNode entries = schema.path("additionalProperties");
        if (entries.isObject()) {
            object.forEach(entry -> complete(entry, entries));
        }
    }
}
