package dev.edgeai.runtime.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.Json;
import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How to do a run again.
 *
 * @param manifest an OptimizationRun in YAML, source and dataset pinned by digest
 * @param seed of everything that draws
 * @param sourceDigest of the model; absent when it was not fetched
 * @param datasetDigest of the dataset; absent when it was not fetched
 * @param versions tools that made and measured the variants, name to versions
 * @param nondeterministic trials whose making gives other bytes each time, and why
 */
record Reproduction(
        String manifest,
        int seed,
        @Nullable String sourceDigest,
        @Nullable String datasetDigest,
        Map<String, List<String>> versions,
        Map<String, String> nondeterministic) {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    static Reproduction of(ReportedRun run) {
        Map<String, TreeSet<String>> versions = new TreeMap<>();
        Map<String, String> nondeterministic = new TreeMap<>();
        for (TrialStatus trial : run.status().trials()) {
            trial.versions()
                    .forEach((tool, version) ->
                            versions.computeIfAbsent(tool, _ -> new TreeSet<>()).add(version));
            if (trial.nondeterministic() != null) {
                nondeterministic.put(trial.name(), trial.nondeterministic());
            }
        }
        Map<String, List<String>> listed = new TreeMap<>();
        versions.forEach((tool, all) -> listed.put(tool, List.copyOf(all)));
        return new Reproduction(
                manifest(run),
                run.spec().seed(),
                run.status().sourceDigest(),
                run.status().datasetDigest(),
                listed,
                nondeterministic);
    }

    private static String manifest(ReportedRun run) {
        ObjectNode manifest = Json.mapper().createObjectNode();
        manifest.put("apiVersion", "edgeai.dev/v1alpha1").put("kind", "OptimizationRun");
        ObjectNode metadata = manifest.putObject("metadata").put("name", run.name());
        if (!run.namespace().isEmpty()) {
            metadata.put("namespace", run.namespace());
        }
        ObjectNode spec = Json.mapper().valueToTree(run.spec());
        pin(spec.withObject("/source"), run.status().sourceDigest());
        pin(spec.withObject("/evaluation/dataset"), run.status().datasetDigest());
        manifest.set("spec", spec);
        try {
            return YAML.writeValueAsString(manifest);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pin(ObjectNode reference, @Nullable String digest) {
        if (digest != null) {
            reference.put("digest", digest);
        }
    }
}
