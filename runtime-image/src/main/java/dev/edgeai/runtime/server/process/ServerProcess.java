package dev.edgeai.runtime.server.process;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.runtime.engine.Engine;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LanguageEngine;
import dev.edgeai.runtime.engine.LanguageModel;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.TensorEngine;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.server.ModelServer;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.server.completion.CompletionServer;
import dev.edgeai.runtime.server.tensor.TensorServer;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The life of a serving process: load, infer a few times, serve until told to end, drain.
 *
 * @param name the model's name in request paths
 * @param revision revision of the rollout
 * @param folder the variant's files
 * @param descriptor how to run them
 * @param certified what the certificate says; absent when unverified
 * @param task what the model is for, where known
 * @param threads threads of one inference
 * @param options limits of the server
 * @param settle see {@link ModelServer#drain}
 * @param drainAtMost see {@link ModelServer#drain}
 */
@RecordBuilder
public record ServerProcess(
        String name,
        String revision,
        Path folder,
        VariantDescriptor descriptor,
        Optional<ServedModel.Certified> certified,
        Optional<Task> task,
        int threads,
        ServerOptions options,
        Duration settle,
        Duration drainAtMost) {

    /**
     * Serves until SIGTERM or SIGINT, and returns when it has drained.
     *
     * @param ready called with the port once requests are answered
     * @throws EngineException the model does not load or does not infer
     */
    public void untilTerminated(IntConsumer ready) throws InterruptedException {
        Termination termination = Termination.listen();
        Carriers.reserve(options.concurrency());
        Engine engine = Engines.find(descriptor.engine());
        ServedModel served = ServedModel.of(name, revision, engine, descriptor, certified, task);
        switch (engine) {
            case TensorEngine tensors -> {
                Optional<String> refusal = new TrialInference(folder.toString(), descriptor, threads).refusal();
                try (LoadedModel model = tensors.load(folder, descriptor, threads)) {
                    refusal.ifPresentOrElse(StartupInference::warn, () -> StartupInference.run(model));
                    serve(TensorServer.start(served, model, options), termination, ready);
                }
            }
            case LanguageEngine language -> {
                try (LanguageModel model = language.load(folder, descriptor, threads)) {
                    StartupInference.run(model);
                    serve(CompletionServer.start(served, model, options), termination, ready);
                }
            }
        }
    }

    private void serve(ModelServer started, Termination termination, IntConsumer ready) throws InterruptedException {
        try (ModelServer server = started) {
            ready.accept(server.port());
            termination.await();
            server.drain(settle, drainAtMost);
        }
    }
}
