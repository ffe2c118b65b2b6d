package dev.edgeai.runtime.engine.openvino;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.ModelFiles;
import dev.edgeai.runtime.engine.TensorEngine;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * OpenVINO on the CPU through its C API. A descriptor's options are OpenVINO properties, for example
 * {@code INFERENCE_PRECISION_HINT: f32}.
 */
public final class OpenVinoEngine implements TensorEngine {
    public static final String NAME = "OpenVINO";

    /** Property for the arithmetic: {@code f32}, {@code bf16}; without it OpenVINO chooses by the CPU. */
    public static final String PRECISION_HINT = "INFERENCE_PRECISION_HINT";

    private @Nullable Runtime runtime;

    /** The library and the one core of this process. */
    private record Runtime(OpenVinoNative openVino, MemorySegment core) {}

    private synchronized Runtime runtime() {
        if (runtime == null) {
            OpenVinoNative openVino = OpenVinoNative.load();
            runtime = new Runtime(openVino, openVino.createCore());
        }
        return runtime;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return runtime().openVino().version();
    }

    @Override
    public LoadedModel load(Path folder, VariantDescriptor descriptor, int threads) {
        Path file = ModelFiles.resolve(folder, descriptor.model());
        Runtime now = runtime();
        MemorySegment model = now.openVino().readModel(now.core(), file);
        try {
            MemorySegment compiled = now.openVino().compile(now.core(), model, properties(descriptor, threads));
            return OpenVinoModel.open(now.openVino(), model, compiled, DeclaredNames.of(file));
        } catch (RuntimeException e) {
            now.openVino().free("ov_model_free", model);
            throw e;
        }
    }

    private static Map<String, String> properties(VariantDescriptor descriptor, int threads) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("PERFORMANCE_HINT", "LATENCY");
        properties.put("NUM_STREAMS", "1");
        properties.put("INFERENCE_NUM_THREADS", Integer.toString(threads));
        // Pods share a node's cores: two processes that each pin to "the first" core would fight for it.
        properties.put("ENABLE_CPU_PINNING", "NO");
        properties.putAll(descriptor.options());
        return properties;
    }
}
