package dev.edgeai.runtime.optimize;

import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ManifestFileTest {
    private static final String RUN = """
            apiVersion: edgeai.dev/v1alpha1
            kind: OptimizationRun
            metadata: {name: digits}
            spec:
              source: {uri: "oci://registry.example/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry.example/digits-data:1"}}
              accelerator: some-cpu
              gates:
            """;

    @TempDir
    Path folder;

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("../examples"))) {
            return files.filter(file -> file.endsWith("edgemodel.yaml")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsRight(Path example) {
        assertThat(new ManifestFile(example).read(null).spec().gates()).isNotNull();
    }

    @Test
    void whatIsAbsentGetsTheClustersDefaults() throws IOException {
        RunManifest run = read(RUN, null);

        assertThat(run.name()).isEqualTo("digits");
        assertThat(run.spec().evaluation().samples()).isEqualTo(1000);
        assertThat(run.spec().search().maxTrials()).isEqualTo(8);
        assertThat(run.spec().gates().minSpeedup()).hasToString("2");
    }

    @Test
    void aRunHasNoTargets() {
        assertThatThrownBy(() -> read(RUN, "gate"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("leave --target out");
    }

    @Test
    void twoRunsAreOneTooMany() {
        assertThatThrownBy(() -> read(RUN + "---\n" + RUN, null))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(
                        "kind is 'OptimizationRun', 'OptimizationRun'; one OptimizationRun or EdgeModel is");
    }

    private RunManifest read(String manifest, @Nullable String target) throws IOException {
        return new ManifestFile(Files.writeString(folder.resolve("run.yaml"), manifest)).read(target);
    }
}
