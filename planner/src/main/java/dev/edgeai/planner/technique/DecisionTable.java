package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.Task;

import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

import static dev.edgeai.api.v1alpha1.search.Framework.LLAMA_CPP;
import static dev.edgeai.api.v1alpha1.search.Framework.MLX;
import static dev.edgeai.api.v1alpha1.search.Framework.OLIVE;
import static dev.edgeai.api.v1alpha1.search.Framework.OPENVINO;

/** Which frameworks suit which hardware and which kind of model, best first. Data: a new row needs no new code. */
final class DecisionTable {
    /** Above this many weights a model takes the enterprise route. */
    static final long LARGE = 7_000_000_000L;

    /** A platform and its frameworks. */
    record PlatformRow(String platform, List<Framework> frameworks) {}

    /** A kind of model and the frameworks that come before those of the platform. */
    record ModelRow(String kind, BiPredicate<Task, Assessment> matches, List<Framework> frameworks) {}

    static final List<PlatformRow> PLATFORMS = List.of(
            new PlatformRow("intel-cpu", List.of(OPENVINO, OLIVE)),
            new PlatformRow("intel-gpu", List.of(OPENVINO, OLIVE)),
            new PlatformRow("nvidia-gpu", List.of(OLIVE, OPENVINO)),
            new PlatformRow("apple-silicon", List.of(MLX, LLAMA_CPP)),
            new PlatformRow("arm-mobile", List.of(LLAMA_CPP, OPENVINO)),
            new PlatformRow("arm-embedded", List.of(LLAMA_CPP, OPENVINO)),
            new PlatformRow("edge-tpu", List.of(OPENVINO, OLIVE)),
            // devices of any kind: what runs anywhere, ONNX and GGUF
            new PlatformRow("cross-platform", List.of(OLIVE, LLAMA_CPP)));

    /** What an unknown platform gets, said out loud. */
    static final PlatformRow FALLBACK = new PlatformRow("cpu", List.of(OPENVINO, OLIVE));

    /** The first row that matches counts. */
    static final List<ModelRow> MODELS = List.of(
            new ModelRow("more than 7e9 weights", (task, model) -> model.parameters() > LARGE, List.of(OLIVE)),
            new ModelRow("multimodal", (task, model) -> model.multimodal(), List.of(OPENVINO, OLIVE)),
            new ModelRow("text generation", (task, model) -> task == Task.TEXT_GENERATION, List.of(LLAMA_CPP, MLX)));

    /** Frameworks whose variants run on one platform only, whatever is asked for. */
    static final Map<Framework, String> ONLY_ON = Map.of(MLX, "apple-silicon");

    private DecisionTable() {}
}
