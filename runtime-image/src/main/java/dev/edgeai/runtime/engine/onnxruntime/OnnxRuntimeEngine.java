package dev.edgeai.runtime.engine.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.ModelFiles;
import dev.edgeai.runtime.engine.TensorEngine;

import java.nio.file.Path;

/** ONNX Runtime on the CPU. A descriptor's options are those of {@link SessionSettings}. */
public final class OnnxRuntimeEngine implements TensorEngine {
    public static final String NAME = "OnnxRuntime";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return environment().getVersion();
    }

    @Override
    public LoadedModel load(Path folder, VariantDescriptor descriptor, int threads) {
        Path file = ModelFiles.resolve(folder, descriptor.model());
        OrtEnvironment environment = environment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            SessionSettings.apply(options, descriptor.options(), threads);
            return OnnxRuntimeModel.open(environment, environment.createSession(file.toString(), options));
        } catch (OrtException | EngineException e) {
            String why = UnsupportedTypes.of(file).orElseGet(() -> String.valueOf(e.getMessage()));
            throw new EngineException("ONNX Runtime cannot load " + descriptor.model() + ": " + why, e);
        }
    }

    private static OrtEnvironment environment() {
        NativeEnvironment.set("ORT_DISABLE_TELEMETRY", "1");
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "edgeai");
    }
}
