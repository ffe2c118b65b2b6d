package dev.edgeai.operator.accelerator;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class NodePoolTest {
    private static final AcceleratorProfile INTEL = Json.find(
                    "{\"name\": \"intel-cpu\", \"nodeSelector\": {\"edgeai.dev/accelerator\": \"intel-cpu\", \"site\": \"a\"}}",
                    AcceleratorProfile.class)
            .orElseThrow();
    private static final String LABELS = "edgeai.dev/accelerator: intel-cpu, site: a";
    private static final String CPU = ", feature.node.kubernetes.io/cpu-cpuid.";

    @Test
    void onlyReadyUncordonedNodesWithAllLabelsCount() {
        assertThat(pool(
                                node(LABELS, "True", false),
                                node("edgeai.dev/accelerator: intel-cpu", "True", false),
                                node(LABELS, "False", false),
                                node(LABELS, "Unknown", false),
                                node(LABELS, "True", true))
                        .size())
                .isEqualTo(1);
    }

    @Test
    void featuresAreThoseThatAllNodesHave() {
        Node both = node(LABELS + CPU + "AVX512BF16: 'true'" + CPU + "AVX2: 'true'", "True", false);
        Node one = node(LABELS + CPU + "AVX2: 'true'" + CPU + "AMXBF16: 'false'", "True", false);
        assertThat(pool(both, one).cpuFeatures()).contains(Set.of("avx2"));
        assertThat(pool(both).cpuFeatures()).contains(Set.of("avx512bf16", "avx2"));
    }

    @Test
    void nothingIsKnownWhenANodeTellsNothing() {
        Node known = node(LABELS + CPU + "AVX2: 'true'", "True", false);
        assertThat(pool(known, node(LABELS, "True", false)).cpuFeatures()).isEqualTo(Optional.empty());
        assertThat(pool().cpuFeatures()).isEqualTo(Optional.empty());
    }

    @Test
    void aSlimNodeIsInTheSamePools() {
        Node node = node(LABELS + CPU + "AVX2: 'true'", "True", false);
        assertThat(pool(NodePool.slim(node)).cpuFeatures()).isEqualTo(pool(node).cpuFeatures());
        assertThat(pool(NodePool.slim(node(LABELS, "True", true))).size()).isZero();
        assertThat(NodePool.slim(node).getStatus().getImages()).isEmpty();
    }

    @Test
    void onlyChangesThatCanMoveAPoolAreLookedAt() {
        Node node = node(LABELS, "True", false);
        assertThat(NodePool.differs(node, node(LABELS, "True", false))).isFalse();
        assertThat(NodePool.differs(node, node(LABELS, "False", false))).isTrue();
        assertThat(NodePool.differs(node, node(LABELS, "True", true))).isTrue();
        assertThat(NodePool.differs(node, node("site: a", "True", false))).isTrue();
    }

    private static NodePool pool(Node... nodes) {
        return NodePool.of(INTEL, List.of(nodes));
    }

    private static Node node(String labels, String ready, boolean cordoned) {
        return Serialization.unmarshal("""
                ---
                {apiVersion: v1, kind: Node, metadata: {name: n, labels: {%s}}, spec: {unschedulable: %s},
                 status: {images: [{names: [a]}], conditions: [{type: DiskPressure, status: 'True'}, {type: Ready, status: '%s'}]}}
                """.formatted(labels, cordoned, ready), Node.class);
    }
}
