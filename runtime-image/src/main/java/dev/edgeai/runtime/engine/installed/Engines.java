package dev.edgeai.runtime.engine.installed;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.Engine;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LanguageEngine;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.TensorEngine;
import dev.edgeai.runtime.engine.llamacpp.LlamaCppEngine;
import dev.edgeai.runtime.engine.onnxruntime.OnnxRuntimeEngine;
import dev.edgeai.runtime.engine.openvino.OpenVinoEngine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The engines of this image. */
public final class Engines {
    private static final Engine ONNX_RUNTIME = new OnnxRuntimeEngine();
    private static final Engine OPENVINO = new OpenVinoEngine();
    private static final Engine LLAMA_CPP = new LlamaCppEngine();

    /** How a source is run as it is, by the ending of its one model file. */
    private static final Map<String, Baseline> BASELINES = Map.of(
            ".onnx", new Baseline(OnnxRuntimeEngine.NAME, Map.of()),
            ".xml", new Baseline(OpenVinoEngine.NAME, Map.of(OpenVinoEngine.PRECISION_HINT, "f32")),
            ".gguf", new Baseline(LlamaCppEngine.NAME, Map.of()));

    private record Baseline(String engine, Map<String, String> options) {}

    private Engines() {}

    /**
     * The engine of that name; its native library is loaded at first use.
     *
     * @throws EngineException no such engine in this image
     */
    public static Engine find(String name) {
        return switch (name) {
            case OnnxRuntimeEngine.NAME -> ONNX_RUNTIME;
            case OpenVinoEngine.NAME -> OPENVINO;
            case LlamaCppEngine.NAME -> LLAMA_CPP;
            default ->
                throw new EngineException("no engine '" + name + "' in this image; it has "
                        + List.of(OnnxRuntimeEngine.NAME, OpenVinoEngine.NAME, LlamaCppEngine.NAME));
        };
    }

    /**
     * How an unmodified source is run as the baseline: ONNX in ONNX Runtime; OpenVINO IR in OpenVINO with f32 pinned, as
     * OpenVINO would take bf16 by itself on CPUs that have it; GGUF in llama.cpp.
     *
     * @throws EngineException the folder holds no model, or more than one
     */
    public static VariantDescriptor forSource(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> models = files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> BASELINES.containsKey(ending(name)))
                    .sorted()
                    .toList();
            if (models.size() != 1) {
                throw new EngineException("a source must hold one .onnx, one OpenVINO .xml or one .gguf, but " + folder
                        + " holds " + (models.isEmpty() ? "none" : models));
            }
            String model = models.getFirst();
            Baseline baseline = Objects.requireNonNull(BASELINES.get(ending(model)));
            return new VariantDescriptor(baseline.engine(), model, baseline.options(), null, null, Map.of(), null);
        } catch (IOException e) {
            throw new EngineException("cannot read source folder " + folder + ": " + e.getMessage(), e);
        }
    }

    private static String ending(String name) {
        return name.substring(Math.max(0, name.lastIndexOf('.')));
    }

    /**
     * Loads a variant or a source with the engine its descriptor names.
     *
     * @throws EngineException it cannot be loaded, or is a language model
     */
    public static LoadedModel load(Path folder, VariantDescriptor descriptor, int threads) {
        return switch (find(descriptor.engine())) {
            case TensorEngine engine -> engine.load(folder, descriptor, threads);
            case LanguageEngine engine ->
                throw new EngineException(engine.name() + " runs language models, which take text and no tensors");
        };
    }

    /**
     * Loads a language model with the engine its descriptor names.
     *
     * @throws EngineException it cannot be loaded, or is no language model
     */
    public static LanguageModel loadLanguage(Path folder, VariantDescriptor descriptor, int threads) {
        return switch (find(descriptor.engine())) {
            case LanguageEngine engine -> engine.load(folder, descriptor, threads);
            case TensorEngine engine -> throw new EngineException(engine.name() + " runs no language models");
        };
    }
}
