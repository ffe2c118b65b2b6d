package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.edgeai.api.v1alpha1.gate.GateOverrides;
import dev.edgeai.api.v1alpha1.rollout.Delivery;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverrides;
import dev.edgeai.api.v1alpha1.rollout.Serving;
import dev.edgeai.api.v1alpha1.search.Search;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** One class of hardware the model should run on. */
public record Target(
        @Required
        @Size(max = 30)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        @JsonPropertyDescription("Part of the names of all that is made for the target, and of its address")
        String name,

        @Required @JsonPropertyDescription("Name of an accelerator profile of the operator's configuration")
        String accelerator,

        @Default("Serve") @JsonPropertyDescription("Serve: pods behind a Service. Bundle: a signed file for a device")
        Delivery delivery,

        @Default("{}") @JsonPropertyDescription("How variants are looked for, and what that may take")
        Search search,

        @Default("{}") @JsonPropertyDescription("How its pods are made")
        Serving serving,

        @JsonPropertyDescription("Overrides of spec.gates") @Nullable
        GateOverrides gates,

        @JsonPropertyDescription("Overrides of spec.rollout") @Nullable
        RolloutOverrides rollout) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public Target {
        delivery = delivery == null ? Delivery.SERVE : delivery;
        search = search == null ? Search.defaults() : search;
        serving = serving == null ? new Serving(null, null) : serving;
    }
}
