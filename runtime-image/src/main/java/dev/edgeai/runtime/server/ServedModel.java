package dev.edgeai.runtime.server;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.Engine;

import java.util.Locale;
import java.util.Optional;

/**
 * What is known about a loaded model of any kind.
 *
 * @param name the model's name in request paths
 * @param revision revision of the rollout; the protocol's model version
 * @param engine name of the engine
 * @param engineVersion version of the engine's native library
 * @param platform as the protocol names it, {@code <project>_<format>}
 * @param certified what its certificate says; absent for a model that is served unverified
 * @param task what the model is for, where known
 */
public record ServedModel(
        String name,
        String revision,
        String engine,
        String engineVersion,
        String platform,
        Optional<Certified> certified,
        Optional<Task> task) {

    /**
     * What the certificate binds together.
     *
     * @param artifact digest of the variant's manifest
     * @param accelerator name of the accelerator profile it was measured on
     * @param run namespace and name of the OptimizationRun that measured it
     * @param trial name of the trial within the run
     */
    public record Certified(String artifact, String accelerator, String run, String trial) {}

    /** A model as an engine loaded it. */
    public static ServedModel of(
            String name,
            String revision,
            Engine engine,
            VariantDescriptor descriptor,
            Optional<Certified> certified,
            Optional<Task> task) {
        return new ServedModel(
                name, revision, engine.name(), engine.version(), platform(engine, descriptor), certified, task);
    }

    private static String platform(Engine engine, VariantDescriptor descriptor) {
        String file = descriptor.model();
        String format = file.endsWith(".onnx") ? "onnx" : file.endsWith(".gguf") ? "gguf" : "ir";
        return engine.name().toLowerCase(Locale.ROOT) + "_" + format;
    }
}
