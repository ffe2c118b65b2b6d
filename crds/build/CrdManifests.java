import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.File;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes the CRD manifests, as the Fabric8 Maven plugin would, and mends two things it does to them: printer columns are
 * sorted by their path, and a rule on a record's component is written twice (once for the field, once for the accessor).
 * Run by the build: {@code java CrdManifests.java <folder>}.
 */
public final class CrdManifests implements CRDPostProcessor {
    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            List.of(EdgeModel.class, OptimizationRun.class).stream()
                    .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

    public static void main(String[] arguments) {
        File folder = new File(arguments[0]);
        if (!folder.isDirectory() && !folder.mkdirs()) {
            throw new IllegalStateException("cannot make the folder " + folder);
        }
        int made = new CRDGenerator()
                .customResourceClasses(KINDS.values())
                .withPostProcessor(new CrdManifests())
                .inOutputDir(folder)
                .generate();
        if (made != KINDS.size()) {
            throw new IllegalStateException("made " + made + " of " + KINDS.size() + " CRDs");
        }
    }

    @Override
    public HasMetadata process(HasMetadata manifest, String crdVersion) {
        CustomResourceDefinition crd = (CustomResourceDefinition) manifest;
        List<String> order = Arrays.stream(KINDS.get(crd.getSpec().getNames().getKind())
                        .getAnnotationsByType(AdditionalPrinterColumn.class))
                .map(AdditionalPrinterColumn::name)
                .toList();
        for (CustomResourceDefinitionVersion version : crd.getSpec().getVersions()) {
            version.getAdditionalPrinterColumns()
                    .sort(Comparator.comparing(
                            (CustomResourceColumnDefinition column) -> order.indexOf(column.getName())));
            onceEach(version.getSchema().getOpenAPIV3Schema());
        }
        return crd;
    }

    private static void onceEach(JSONSchemaProps schema) {
        schema.setXKubernetesValidations(
                schema.getXKubernetesValidations().stream().distinct().toList());
        schema.getProperties().values().forEach(CrdManifests::onceEach);
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            onceEach(schema.getItems().getSchema());
        }
    }
}
