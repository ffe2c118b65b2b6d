package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/**
 * A Secret in the same namespace.
 *
 * @param name its name
 */
public record SecretReference(
        @Required @JsonPropertyDescription("Name of a Secret in the same namespace")
        String name) {}
