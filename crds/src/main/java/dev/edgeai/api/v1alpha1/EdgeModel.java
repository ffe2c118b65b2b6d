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

/** A model, how good its variants must be, and the hardware it should be served on. */
@Group("edgeai.dev")
@Version("v1alpha1")
@ShortNames("em")
@Categories("edgeai")
@ValidationRule(
        value = "self.metadata.name.size() <= 63",
        message = "metadata.name may have at most 63 characters: it is a label of all that is made for it")
@AdditionalPrinterColumn(name = "TASK", jsonPath = ".spec.task")
@AdditionalPrinterColumn(name = "PHASE", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "VARIANT", jsonPath = ".status.variant")
@AdditionalPrinterColumn(name = "SPEEDUP", jsonPath = ".status.speedup")
@AdditionalPrinterColumn(name = "RETAINED", jsonPath = ".status.accuracyRetention")
@AdditionalPrinterColumn(name = "WEIGHT", jsonPath = ".status.weight", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "READY", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
        name = "AGE",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class EdgeModel extends CustomResource<EdgeModelSpec, EdgeModelStatus> implements Namespaced {
    @Required
    @Override
    public EdgeModelSpec getSpec() {
        return super.getSpec();
    }
}
