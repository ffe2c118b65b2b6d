package dev.edgeai.planner.optimization;

import dev.edgeai.api.v1alpha1.Assessment;
import dev.edgeai.api.v1alpha1.Evaluation;
import dev.edgeai.api.v1alpha1.Framework;
import dev.edgeai.api.v1alpha1.Metric;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.Search;
import dev.edgeai.api.v1alpha1.Task;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which trials a run makes, the most promising first. Frameworks take turns in the order of the plan, so that a small
 * budget still sees the best technique of each.
 */
public final class Candidates {
    /** CPU features with which bfloat16 is faster than float32. */
    static final Set<String> BF16 = Set.of("avx512_bf16", "amx_bf16", "amx-bf16", "avx512bf16", "amxbf16");

    /**
     * @param plan what {@link FrameworkSelection} chose
     * @param model as assessed
     * @param task of the model
     * @param evaluation says how many calibration samples there are and whether there are labels
     * @param search its {@code maxTrials} cuts the tail
     * @param cpuFeatures features every matching node has, lower case; absent when unknown, then what needs one is tried
     *     last
     */
    public static List<Candidate> of(
            List<FrameworkPlan> plan,
            Assessment model,
            Task task,
            Evaluation evaluation,
            Search search,
            Optional<Set<String>> cpuFeatures) {
        boolean labels = metric(task, evaluation) != Metric.FIDELITY;
        List<Iterator<Candidate>> turns = new ArrayList<>();
        for (FrameworkPlan framework : plan) {
            if (framework.planned()) {
                turns.add(techniques(framework.framework(), model, labels, evaluation, cpuFeatures)
                        .iterator());
            }
        }
        List<Candidate> all = new ArrayList<>();
        while (turns.stream().anyMatch(Iterator::hasNext)) {
            turns.stream().filter(Iterator::hasNext).forEach(turn -> all.add(turn.next()));
        }
        return all.stream().limit(search.maxTrials()).toList();
    }

    /** The metric that holds: what is asked for, else the task's. */
    public static Metric metric(Task task, Evaluation evaluation) {
        Metric asked = evaluation.metric();
        if (asked != null) {
            return asked;
        }
        return switch (task) {
            case IMAGE_CLASSIFICATION, TEXT_CLASSIFICATION, AUDIO_CLASSIFICATION -> Metric.ACCURACY;
            case TEXT_EMBEDDING, TEXT_GENERATION, TABULAR, GENERIC -> Metric.FIDELITY;
        };
    }

    private static List<Candidate> techniques(
            Framework framework,
            Assessment model,
            boolean labels,
            Evaluation evaluation,
            Optional<Set<String>> cpuFeatures) {
        Map<String, String> calibration = Map.of("calibrationSamples", String.valueOf(evaluation.calibrationSamples()));
        return switch (framework) {
            case OPENVINO -> openVino(model, labels, calibration, cpuFeatures);
            case ONNX_RUNTIME -> onnxRuntime(model, calibration);
            case OLIVE, LLAMA_CPP, MLX -> List.of();
        };
    }

    private static List<Candidate> openVino(
            Assessment model, boolean labels, Map<String, String> calibration, Optional<Set<String>> cpuFeatures) {
        boolean float32 = model.precision().equals("float32");
        List<Candidate> list = new ArrayList<>();
        if (!model.alreadyQuantized()) {
            list.add(Candidate.of(Framework.OPENVINO, "int8-ptq", calibration));
            if (cpuFeatures.filter(Candidates::hasBf16).isPresent()) {
                list.add(Candidate.of(Framework.OPENVINO, "bf16", Map.of()));
            }
            if (labels) {
                list.add(Candidate.of(Framework.OPENVINO, "int8-ac", calibration));
            }
            if (float32) {
                list.add(Candidate.of(Framework.OPENVINO, "fp16", Map.of()));
            }
        }
        if (!model.format().equals(Formats.OPENVINO_IR)) { // an IR in float32 is the baseline itself
            list.add(Candidate.of(Framework.OPENVINO, "fp32", Map.of()));
        }
        if (!model.alreadyQuantized() && cpuFeatures.isEmpty()) {
            list.add(Candidate.of(Framework.OPENVINO, "bf16", Map.of()));
        }
        return list;
    }

    private static List<Candidate> onnxRuntime(Assessment model, Map<String, String> calibration) {
        Candidate graph = Candidate.of(Framework.ONNX_RUNTIME, "graph", Map.of());
        if (model.alreadyQuantized()) {
            return List.of(graph);
        }
        Candidate fixed = Candidate.of(Framework.ONNX_RUNTIME, "int8-static", calibration);
        Candidate dynamic = Candidate.of(Framework.ONNX_RUNTIME, "int8-dynamic", Map.of());
        // ConvInteger, which dynamic quantization makes of convolutions, was measured 4 to 5 times slower than float32
        return model.architecture().equals("Convolutional")
                ? List.of(fixed, graph, dynamic)
                : List.of(dynamic, fixed, graph);
    }

    private static boolean hasBf16(Set<String> features) {
        return features.stream().anyMatch(BF16::contains);
    }

    private Candidates() {}
}
