package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.Framework;

import java.util.Map;

/**
 * A trial that is worth trying.
 *
 * @param name unique within the run and a DNS label, for example {@code openvino-int8-ptq}
 * @param framework makes the variant
 * @param technique the framework's technique, for example {@code int8-ptq}
 * @param parameters settings of the technique
 */
public record Candidate(String name, Framework framework, String technique, Map<String, String> parameters) {
    public Candidate {
        parameters = Map.copyOf(parameters);
    }

    static Candidate of(Framework framework, String technique, Map<String, String> parameters) {
        return new Candidate(framework.slug() + "-" + technique, framework, technique, parameters);
    }
}
