package dev.edgeai.api.v1alpha1;

import io.fabric8.generator.annotation.Required;

/**
 * A Secret in the same namespace.
 *
 * @param name its name
 */
public record SecretReference(@Required String name) {}
