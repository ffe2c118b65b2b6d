package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.Fingerprints;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class RunFingerprintTest {
    private static OptimizationRunSpec spec(int seed) {
        return OptimizationRunSpecBuilder.builder()
                .source(new ModelSource("oci://r/m:1", null, null))
                .task(Task.GENERIC)
                .evaluation(new Evaluation(new Evaluation.Dataset("oci://r/d:1", null), null, null, null, null))
                .accelerator("intel-cpu")
                .seed(seed)
                .build();
    }

    @Test
    void the_same_run_has_the_same_name_and_any_change_another() {
        assertThat(RunFingerprint.of(spec(1), Optional.empty()))
                .matches("[0-9a-f]{10}")
                .isEqualTo(RunFingerprint.of(spec(1), Optional.empty()))
                .isNotEqualTo(RunFingerprint.of(spec(2), Optional.empty()))
                .isNotEqualTo(RunFingerprint.of(spec(1), Optional.of("again")));
    }

    @Test
    void the_fingerprint_does_not_change_between_releases() {
        assertThat(Fingerprints.canonicalJson(Map.of("b", List.of(1, 2), "a", Map.of("d", 1, "c", "x"))))
                .isEqualTo("{\"a\":{\"c\":\"x\",\"d\":1},\"b\":[1,2]}");
    }

    @Test
    void a_revision_is_digest_and_template_whatever_the_order_of_keys() {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("image", "a");
        one.put("args", List.of("x"));
        Map<String, Object> two = new LinkedHashMap<>();
        two.put("args", List.of("x"));
        two.put("image", "a");
        assertThat(Revision.of("sha256:1", one))
                .isEqualTo(Revision.of("sha256:1", two))
                .matches("[0-9a-f]{10}");
        assertThat(Revision.of("sha256:2", one)).isNotEqualTo(Revision.of("sha256:1", one));
        assertThat(Revision.of("sha256:1", resources("1Gi"))).isNotEqualTo(Revision.of("sha256:1", resources("2Gi")));
    }

    private static Object resources(String memory) {
        return new ResourceRequirementsBuilder()
                .addToLimits("memory", new Quantity(memory))
                .build();
    }
}
