package dev.edgeai.runtime.engine;

import dev.edgeai.api.trial.VariantDescriptor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The engines of this image. */
public final class Engines {
    private static final Engine ONNX_RUNTIME = new OnnxRuntimeEngine();
    private static final Engine OPENVINO = new OpenVinoEngine();

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
            default ->
                throw new EngineException("no engine '" + name + "' in this image; it has "
                        + List.of(OnnxRuntimeEngine.NAME, OpenVinoEngine.NAME));
        };
    }

    /**
     * How an unmodified source is run as the baseline: ONNX in ONNX Runtime; OpenVINO IR in OpenVINO with f32 pinned,
     * as OpenVINO would take bf16 by itself on CPUs that have it.
     *
     * @throws EngineException the folder holds no model, or more than one
     */
    public static VariantDescriptor forSource(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> models = files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".onnx") || name.endsWith(".xml"))
                    .sorted()
                    .toList();
            if (models.size() != 1) {
                throw new EngineException("a source must hold one .onnx or one OpenVINO .xml, but " + folder + " holds "
                        + (models.isEmpty() ? "none" : models));
            }
            String model = models.getFirst();
            boolean onnx = model.endsWith(".onnx");
            return new VariantDescriptor(
                    onnx ? OnnxRuntimeEngine.NAME : OpenVinoEngine.NAME,
                    model,
                    onnx ? Map.of() : Map.of(OpenVinoEngine.PRECISION_HINT, "f32"),
                    null,
                    null,
                    Map.of(),
                    null);
        } catch (IOException e) {
            throw new EngineException("cannot read source folder " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Loads a variant or a source with the engine its descriptor names. */
    public static LoadedModel load(Path folder, VariantDescriptor descriptor, int threads) {
        return find(descriptor.engine()).load(folder, descriptor, threads);
    }
}
