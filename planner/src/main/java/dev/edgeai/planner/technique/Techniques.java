package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.technique.Technique.Choice;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

import static dev.edgeai.api.v1alpha1.search.Framework.LLAMA_CPP;
import static dev.edgeai.api.v1alpha1.search.Framework.MLX;
import static dev.edgeai.api.v1alpha1.search.Framework.OLIVE;
import static dev.edgeai.api.v1alpha1.search.Framework.ONNX_RUNTIME;
import static dev.edgeai.api.v1alpha1.search.Framework.OPENVINO;
import static dev.edgeai.api.v1alpha1.search.Stage.CONVERSION;
import static dev.edgeai.api.v1alpha1.search.Stage.QUANTIZATION;

/**
 * Every technique of every framework, within a framework the most promising first. Data: a new row needs no new code.
 * What quantizes is left out for a source that is quantized already, whatever its row says.
 */
public final class Techniques {
    private static final Set<ModelFormat> GRAPHS = Set.of(ModelFormat.ONNX, ModelFormat.OPENVINO_IR);
    private static final Set<ModelFormat> ONNX = Set.of(ModelFormat.ONNX);
    private static final Set<ModelFormat> CHECKPOINTS = Set.of(ModelFormat.SAFETENSORS);
    private static final Set<ModelFormat> LANGUAGE = Set.of(ModelFormat.SAFETENSORS, ModelFormat.GGUF);

    private static final Predicate<TechniqueContext> ANY = _ -> true;

    private static final Choice PRESET = new Choice("preset", List.of("mixed", "performance"));
    private static final Choice GROUP_SIZE = new Choice("groupSize", List.of("64", "32", "128"));
    private static final Choice IMATRIX = new Choice("imatrix", List.of("false", "true"));

    static final List<Technique> ALL = List.of(
            calibrated(OPENVINO, "int8-ptq", GRAPHS, ANY, PRESET),
            calibrated(
                    OPENVINO,
                    "int8-sq",
                    GRAPHS,
                    TechniqueContext::transformer,
                    new Choice("smoothQuantAlpha", List.of("0.95", "0.5")),
                    PRESET),
            // early where the CPU computes in it, last where nothing is known of the CPU
            conversion(OPENVINO, "bf16", GRAPHS, s -> s.bf16() && !s.model().alreadyQuantized()),
            weights(OPENVINO, "w8", GRAPHS, TechniqueContext::transformer),
            calibrated(OPENVINO, "int8-ac", GRAPHS, TechniqueContext::labels, PRESET),
            conversion(OPENVINO, "fp16", GRAPHS, TechniqueContext::float32),
            // an IR in float32 is the baseline itself
            conversion(OPENVINO, "fp32", ONNX, ANY),
            weights(OPENVINO, "w4", GRAPHS, ANY, GROUP_SIZE, new Choice("ratio", List.of("1", "0.8"))),
            weights(OPENVINO, "w8", GRAPHS, s -> !s.transformer()),
            conversion(
                    OPENVINO,
                    "bf16",
                    GRAPHS,
                    s -> s.cpuFeatures().isEmpty() && !s.model().alreadyQuantized()),

            // ConvInteger, which dynamic quantization makes of convolutions, was measured 4 to 5 times slower than
            // float32: for them it comes last
            dynamic(ONNX_RUNTIME, s -> !s.convolutional()),
            calibrated(
                    ONNX_RUNTIME,
                    "int8-static",
                    ONNX,
                    ANY,
                    new Choice("calibration", List.of("minmax", "entropy", "percentile")),
                    new Choice("perChannel", List.of("true", "false"))),
            conversion(ONNX_RUNTIME, "graph", ONNX, ANY, new Choice("level", List.of("extended", "all"))),
            dynamic(ONNX_RUNTIME, TechniqueContext::convolutional),
            weights(OLIVE, "int8-dynamic", ONNX, s -> !s.convolutional()),
            calibrated(OLIVE, "int8-static", ONNX, ANY),
            weights(
                    OLIVE,
                    "int4-rtn",
                    ONNX,
                    ANY,
                    new Choice("blockSize", List.of("32", "64", "128")),
                    new Choice("accuracyLevel", List.of("4", "0"))),
            conversion(OLIVE, "transformer", ONNX, TechniqueContext::transformer),
            conversion(OLIVE, "graph", ONNX, ANY),
            conversion(OLIVE, "fp16", ONNX, TechniqueContext::float32),
            conversion(OLIVE, "session", ONNX, ANY),
            weights(OLIVE, "int8-dynamic", ONNX, TechniqueContext::convolutional),
            calibrated(LLAMA_CPP, "q4-k-m", LANGUAGE, ANY, IMATRIX),
            weights(LLAMA_CPP, "q8-0", LANGUAGE, ANY),
            calibrated(LLAMA_CPP, "q4-0", LANGUAGE, ANY, IMATRIX),
            calibrated(LLAMA_CPP, "q5-k-m", LANGUAGE, ANY, IMATRIX),
            calibrated(LLAMA_CPP, "q6-k", LANGUAGE, ANY, IMATRIX),
            calibrated(LLAMA_CPP, "iq4-xs", LANGUAGE, ANY, IMATRIX),
            // of a checkpoint it is the baseline itself
            conversion(LLAMA_CPP, "f16", Set.of(ModelFormat.GGUF), TechniqueContext::float32),
            weights(MLX, "int4", CHECKPOINTS, ANY, GROUP_SIZE),
            weights(MLX, "int8", CHECKPOINTS, ANY, GROUP_SIZE));

    /** Trials that only put right what another one loses in quality, and that other one; both by their default names. */
    public static final Map<String, String> MENDS = Map.of("openvino-int8-ac", "openvino-int8-ptq");

    /**
     * A trial that mends quality, with the drop of it that the gate allows: half of that, for what mends and what judges
     * look at other samples. A gate that allows none leaves it to the technique.
     */
    public static Candidate aimedAt(Candidate candidate, Gates gates, Measurement baseline) {
        double quality =
                baseline.quality() == null ? 1 : baseline.quality().value().asDouble();
        double drop = (1 - gates.minAccuracyRetention().asDouble()) * quality / 2;
        if (!MENDS.containsKey(candidate.name()) || drop <= 0) {
            return candidate;
        }
        Map<String, String> parameters = new TreeMap<>(candidate.parameters());
        parameters.put("maxDrop", Decimal.of(Math.min(drop, 1)).toString());
        return new Candidate(
                candidate.name(),
                candidate.framework(),
                candidate.technique(),
                parameters,
                candidate.stage(),
                candidate.base());
    }

    private static Technique conversion(
            Framework framework,
            String name,
            Set<ModelFormat> formats,
            Predicate<TechniqueContext> suits,
            Choice... choices) {
        return row(framework, name, CONVERSION, formats, suits, false, choices);
    }

    /** Quantizes without looking at data. */
    private static Technique weights(
            Framework framework,
            String name,
            Set<ModelFormat> formats,
            Predicate<TechniqueContext> suits,
            Choice... choices) {
        return row(framework, name, QUANTIZATION, formats, suits, false, choices);
    }

    private static Technique calibrated(
            Framework framework,
            String name,
            Set<ModelFormat> formats,
            Predicate<TechniqueContext> suits,
            Choice... choices) {
        return row(framework, name, QUANTIZATION, formats, suits, true, choices);
    }

    private static Technique dynamic(Framework framework, Predicate<TechniqueContext> suits) {
        return weights(framework, "int8-dynamic", ONNX, suits, new Choice("perChannel", List.of("false", "true")));
    }

    private static Technique row(
            Framework framework,
            String name,
            Stage stage,
            Set<ModelFormat> formats,
            Predicate<TechniqueContext> suits,
            boolean calibrates,
            Choice... choices) {
        return new Technique(framework, name, stage, formats, suits, calibrates, List.of(choices));
    }

    private Techniques() {}
}
