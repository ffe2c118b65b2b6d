package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Objects;

/**
 * A trial that is worth trying.
 *
 * @param name unique within the run and a DNS label, for example {@code openvino-int8-ptq}
 * @param framework makes the variant
 * @param technique the framework's technique, for example {@code int8-ptq}
 * @param parameters settings of the technique; with {@code base} options of the engine
 * @param stage what kind of step it is; absent in statuses from before there were stages
 * @param base trial whose variant runs with other engine options; else absent
 */
public record Candidate(
        String name,
        Framework framework,
        String technique,
        Map<String, String> parameters,
        @Nullable Stage stage,
        @Nullable String base) {
    public Candidate {
        parameters = Map.copyOf(parameters);
    }

    /** What was tried in this trial, which is one of a variant. */
    public static Candidate of(TrialStatus t) {
        return new Candidate(
                t.name(),
                Objects.requireNonNull(t.framework(), t::name),
                Objects.requireNonNull(t.technique(), t::name),
                t.parameters(),
                t.stage(),
                t.base());
    }
}
