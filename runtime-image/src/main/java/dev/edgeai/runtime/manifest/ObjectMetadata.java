package dev.edgeai.runtime.manifest;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ObjectMeta;

/** The schema of {@code metadata}, which no CRD has: an API server knows it by itself. */
final class ObjectMetadata {
    /** RFC 1123 subdomain. */
    private static final String NAME = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    private ObjectMetadata() {}

    /** Fields of the API's type; of their values only the name's is looked at. */
    static void describe(ObjectNode metadata) {
        ObjectMapper mapper = new ObjectMapper();
        BeanDescription fields = mapper.getDeserializationConfig().introspect(mapper.constructType(ObjectMeta.class));
        metadata.put("type", "object").putArray("required").add("name");
        ObjectNode properties = metadata.putObject("properties");
        for (BeanPropertyDefinition field : fields.findProperties()) {
            properties.putObject(field.getName());
        }
        properties.putObject("name").put("type", "string").put("pattern", NAME);
    }
}
