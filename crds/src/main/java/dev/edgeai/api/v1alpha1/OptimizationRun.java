package dev.edgeai.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One search for the best variant of a model on one accelerator class. */
@Group("edgeai.dev")
@Version("v1alpha1")
@ShortNames("or")
@Categories("edgeai")
@ValidationRule(
        value = "self.metadata.name.size() <= 63",
        message = "metadata.name may have at most 63 characters: it is a label of all that is made for it")
@AdditionalPrinterColumn(name = "MODEL", jsonPath = ".metadata.labels.edgeai\\.dev/model")
@AdditionalPrinterColumn(name = "ACCELERATOR", jsonPath = ".spec.accelerator")
@AdditionalPrinterColumn(name = "PHASE", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "TRIALS", jsonPath = ".status.progress")
@AdditionalPrinterColumn(name = "PARETO", jsonPath = ".status.paretoSize", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "SELECTED", jsonPath = ".status.selected.variant")
@AdditionalPrinterColumn(name = "SPEEDUP", jsonPath = ".status.selected.speedup")
@AdditionalPrinterColumn(name = "RETAINED", jsonPath = ".status.selected.accuracyRetention")
@AdditionalPrinterColumn(
        name = "AGE",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class OptimizationRun extends CustomResource<OptimizationRunSpec, OptimizationRunStatus> implements Namespaced {
    @Required
    @Override
    public OptimizationRunSpec getSpec() {
        return super.getSpec();
    }
}
