package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.ResolveResult;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.artifact.registry.TestRegistry;
import dev.edgeai.runtime.pod.Environment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class ResolveCommandTest {
    @TempDir
    Path folder;

    private TestRegistry registry;
    private String model;

    @BeforeEach
    void startRegistry() throws IOException {
        registry = TestRegistry.start(Files.createDirectory(folder.resolve("registry")));
        model = "oci://" + registry.address() + "/models/digits:1";
    }

    @AfterEach
    void stopRegistry() {
        registry.close();
    }

    @Test
    void theDigestOfATagIsWhatItHasNow() throws Exception {
        String first = push("a model");
        assertThat(resolved(model)).isEqualTo(first);

        String second = push("another model");
        assertThat(second).isNotEqualTo(first);
        assertThat(resolved(model)).isEqualTo(second);
    }

    @Test
    void itIsTheDigestThatAFetchFinds() throws Exception {
        push("a model");
        Artifacts.Pulled pulled = artifacts()
                .pull(Reference.parse(model), folder.resolve("pulled"), 1_000_000, FailureReason.SOURCE_NOT_FOUND);
        assertThat(resolved(model)).isEqualTo(pulled.digest().toString());
    }

    @Test
    void aTagThatIsNotThereIsSaid() throws Exception {
        Run run = resolve(model);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.failure().reason()).isEqualTo("SourceNotFound");
        assertThat(run.failure().message()).contains("models/digits:1");
    }

    @Test
    void aRegistryThatIsAwayIsSaid() throws Exception {
        push("a model");
        registry.stop();
        assertThat(resolve(model).failure().reason()).isEqualTo("RegistryUnavailable");
    }

    @Test
    void whatIsNoReferenceIsWrongUsage() throws Exception {
        assertThat(resolve("https://host/model.onnx").code()).isEqualTo(2);
    }

    private String resolved(String what) throws IOException {
        Run run = resolve(what);
        assertThat(run.code()).as(run.err()).isZero();
        String digest = Json.read(run.message(), ResolveResult.class).digest();
        assertThat(run.out()).isEqualTo(digest);
        return digest;
    }

    private Run resolve(String what) throws IOException {
        return Run.of(Map.of(), "resolve", "--plain-http", registry.address(), what);
    }

    private String push(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("model.onnx"), content);
        return artifacts().push(file, Reference.parse(model)).digest().toString();
    }

    private Artifacts artifacts() {
        return Artifacts.of(new Environment(Map.of()), List.of(registry.address()));
    }
}
