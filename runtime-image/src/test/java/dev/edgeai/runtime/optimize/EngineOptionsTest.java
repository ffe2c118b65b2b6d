package dev.edgeai.runtime.optimize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.run.JobKey;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.technique.Candidate;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.artifact.registry.TestRegistry;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.testing.NpzFiles;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** A variant with other options of its engine is the same one in a cluster and here. */
class EngineOptionsTest {
    private static final String BASE = "onnxruntime-graph";
    private static final Map<String, String> OPTIONS =
            Map.of("session.intra_op.allow_spinning", "0", "graph_optimization_level", "ORT_ENABLE_BASIC");

    @TempDir
    Path folder;

    private Path variant;

    /** As an optimizer leaves one, in Python's spelling. */
    @BeforeEach
    void makeVariant() throws Exception {
        variant = OnnxModels.write(
                folder.resolve("run").resolve(BASE).resolve("variant"), OnnxModels.perceptron(1, 4, 8, 2));
        Files.writeString(variant.resolve(VariantDescriptor.FILE), """
                {
                  "engine": "OnnxRuntime",
                  "model": "model.onnx",
                  "options": {"graph_optimization_level": "ORT_ENABLE_ALL"},
                  "framework": "OnnxRuntime",
                  "technique": "graph",
                  "versions": {"onnxruntime": "1.29.0"}
                }
                """);
    }

    @Test
    void theyGiveTheSameDigest() throws Exception {
        Candidate candidate =
                new Candidate("onnxruntime-graph-1", Framework.ONNX_RUNTIME, "graph", OPTIONS, null, BASE);

        String here = measuredHere(candidate);

        try (TestRegistry registry = TestRegistry.start(Files.createDirectory(folder.resolve("registry")))) {
            assertThat(fetchedInACluster(candidate, registry)).isEqualTo(here);
        }
    }

    private String measuredHere(Candidate candidate) throws Exception {
        Path run = folder.resolve("run");
        OnnxModels.write(run.resolve("source"), OnnxModels.perceptron(1, 4, 8, 2));
        Files.createDirectories(run.resolve("dataset"));
        NpzFiles.write(run.resolve("dataset/dataset.npz"), Map.of("x", NpzFiles.gaussians(1, 200, 4)));
        StringWriter told = new StringWriter();
        LocalTrials trials = new LocalTrials(
                run,
                new RunManifest("digits", spec()),
                1,
                Map.of(),
                new MeasureProcess(List.of("--pairs", "200", "--time-cap", "2s")),
                new Progress(new PrintWriter(told)));

        JobState<TrialResult> state =
                trials.trial(action(candidate, Artifacts.digest(variant).toString()));

        assertThat(state).as(told.toString()).isInstanceOf(JobState.Succeeded.class);
        return String.valueOf(((JobState.Succeeded<TrialResult>) state).result().digest());
    }

    private String fetchedInACluster(Candidate candidate, TestRegistry registry) throws Exception {
        String repository = registry.address() + "/models/digits";
        String data = "oci://" + registry.address() + "/data:1";
        String model = "oci://" + registry.address() + "/model:1";
        String digest = push(variant, "oci://" + repository + ":v", registry);
        push(folder.resolve("run/dataset/dataset.npz"), data, registry);
        push(folder.resolve("run/source"), model, registry);
        TrialSpec asked = new RunManifest("digits", spec()).trial(action(candidate, digest), 1);
        // What differs is where its files lie.
        ObjectNode spec = Json.mapper().valueToTree(asked);
        spec.put("repository", repository);
        spec.putArray("plainHttp").add(registry.address());
        spec.withObjectProperty("source").put("uri", model);
        spec.withObjectProperty("evaluation").withObjectProperty("dataset").put("uri", data);
        Path work = folder.resolve("work");

        Run fetched =
                Run.of(Map.of(TrialSpec.ENVIRONMENT_VARIABLE, Json.write(spec)), "fetch", "--into", work.toString());

        assertThat(fetched.code()).as(fetched.err()).isZero();
        return Artifacts.digest(work.resolve("variant")).toString();
    }

    private static RunAction.StartTrial action(Candidate candidate, String digest) {
        return new RunAction.StartTrial(
                JobKey.trial(candidate.name()), candidate, "some-cpu", Depth.FULL, digest, candidate.parameters());
    }

    private static OptimizationRunSpec spec() {
        return OptimizationRunSpecBuilder.builder()
                .source(new ModelSource("oci://registry.example/digits:1", null, null))
                .task(Task.GENERIC)
                .evaluation(new Evaluation(
                        new Evaluation.Dataset("oci://registry.example/data:1", null), null, 100, 20, null))
                .accelerator("some-cpu")
                .build();
    }

    private static String push(Path what, String target, TestRegistry registry) throws Exception {
        Run run = Run.of(Map.of(), "push", what.toString(), target, "--plain-http", registry.address());
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }
}
