package dev.edgeai.planner.run;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.v1alpha1.EdgeModelSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.gate.GateOverrides;
import dev.edgeai.api.v1alpha1.rollout.Delivery;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

@NullUnmarked // null takes a default
class RunInputsTest {
    private static final AcceleratorProfile PHONE =
            new AcceleratorProfile("phone", null, null, null, null, null, 1, null, new Quantity("50Mi"), null);

    private static @Nullable Quantity maxSize(Delivery delivery, @Nullable Quantity asked) {
        GateOverrides gates =
                new GateOverrides(null, null, null, null, null, null, null, asked, null, null, null, null);
        Target target = new Target("phone", "phone", delivery, null, null, gates, null);
        OptimizationRunSpec run = Runs.spec(8, 1, "1h");
        EdgeModelSpec model = new EdgeModelSpec(
                run.source(), run.task(), run.evaluation(), null, null, List.of(target), null, null, null, null);
        return RunInputs.of(model, target, Optional.of(PHONE)).gates().maxSize();
    }

    @Test
    void a_bundle_is_never_allowed_to_be_larger_than_its_device_takes() {
        assertThat(maxSize(Delivery.BUNDLE, null)).isEqualTo(new Quantity("50Mi"));
        assertThat(maxSize(Delivery.BUNDLE, new Quantity("1Gi"))).isEqualTo(new Quantity("50Mi"));
    }

    @Test
    void a_target_may_ask_for_a_smaller_bundle() {
        assertThat(maxSize(Delivery.BUNDLE, new Quantity("20Mi"))).isEqualTo(new Quantity("20Mi"));
    }

    @Test
    void what_is_served_has_no_bundle() {
        assertThat(maxSize(Delivery.SERVE, null)).isNull();
    }
}
