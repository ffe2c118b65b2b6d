
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.TimeSpan;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRuleBuilder;
import java.io.File;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the CRD manifests, as the Fabric8 Maven plugin would, and mends what it does to them: printer columns are
 * sorted by their path, a rule on a record's component is written twice (once for the field, once for the accessor), and
 * what is wrong with a number or a duration would be told with a pattern instead of a sentence.
 * Run by the build: {@code java CrdManifests.java <folder>}.
 */
public final class CrdManifests implements CRDPostProcessor {
    /** Keeps the estimated cost of the rules low. */
    private static final long LONGEST_NUMBER = 24;

    private static final long MOST_ENTRIES = 64;

    private static final String AMOUNT =
            "type(self) == int ? self >= 0 : isQuantity(string(self)) && quantity(string(self)).compareTo(quantity('0')) >= 0";

    /** Words for fields of Kubernetes' own types, which bring none, by the end of their path. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry(".spec", "What is wanted"),
            Map.entry(".status", "What is; written by the operator only"),
            Map.entry(".conditions.type", "What it is about"),
            Map.entry(".conditions.status", "True, False or Unknown"),
            Map.entry(".conditions.reason", "Why, in one word"),
            Map.entry(".conditions.message", "Why, in a sentence, and what to do"),
            Map.entry(".conditions.lastTransitionTime", "Since when its status is so"),
            Map.entry(".conditions.observedGeneration", "Generation of the spec that it is of"),
            Map.entry(".resources.requests", "What a pod's node must have free, each at most its limit"),
            Map.entry(".resources.limits", "What a pod may use at most"),
            Map.entry(".resources.claims", "Devices that a pod asks for by resource claim"),
            Map.entry(".resources.claims.name", "Name of the claim in the pod"),
            Map.entry(".resources.claims.request", "One request of that claim; absent: all of it"));

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
            mend(version.getSchema().getOpenAPIV3Schema());
            describe("", version.getSchema().getOpenAPIV3Schema());
        }
        return crd;
    }

    private static void describe(String path, JSONSchemaProps schema) {
        schema.getProperties().forEach((name, property) -> {
            String at = path + "." + name;
            if (property.getDescription() == null) {
                WORDS.entrySet().stream()
                        .filter(words -> at.endsWith(words.getKey()) && (at.equals(words.getKey()) || isNested(words.getKey())))
                        .findFirst()
                        .ifPresent(words -> property.setDescription(words.getValue()));
            }
            describe(at, property);
        });
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            describe(path, schema.getItems().getSchema());
        }
    }

    private static boolean isNested(String end) {
        return end.indexOf('.', 1) > 0;
    }

    private static void mend(JSONSchemaProps schema) {
        schema.setXKubernetesValidations(
                schema.getXKubernetesValidations().stream().distinct().toList());
        if (Decimal.NON_NEGATIVE.equals(schema.getPattern())) {
            number(schema, ">= 0", Decimal.NON_NEGATIVE, "give a number of 0 or more");
        } else if (Decimal.SHARE.equals(schema.getPattern())) {
            number(schema, "in [0, 1]", Decimal.SHARE, "give a share from 0 to 1");
        } else if (TimeSpan.PATTERN.equals(schema.getPattern())) {
            rule(schema, matches(TimeSpan.PATTERN), "give a number and a unit (ms, s, m, h), for example 50ms, 30s or 1h30m");
        } else if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
            rule(schema, AMOUNT, "give a quantity of 0 or more, for example 512Mi, 2Gi or 250m");
        }
        schema.getProperties().values().forEach(CrdManifests::mend);
        if (schema.getAdditionalProperties() != null && schema.getAdditionalProperties().getSchema() != null) {
            schema.setMaxProperties(MOST_ENTRIES);
            mend(schema.getAdditionalProperties().getSchema());
        }
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            mend(schema.getItems().getSchema());
        }
    }

    /** Whole numbers may stand without quotes; fractions may not, as floats do not survive JSON unchanged. */
    private static void number(JSONSchemaProps schema, String whole, String pattern, String what) {
        rule(
                schema,
                "type(self) == int ? self " + whole + " : " + matches(pattern).replace("self.", "string(self)."),
                what + ", in quotes when it has a fraction, for example \"0.95\"");
        schema.setType(null);
        schema.setXKubernetesIntOrString(true);
    }

    /** A rule says what to write instead; a pattern's own message is the pattern. */
    private static void rule(JSONSchemaProps schema, String rule, String message) {
        schema.setPattern(null);
        schema.setMaxLength(LONGEST_NUMBER);
        schema.setXKubernetesValidations(Stream.concat(
                        Stream.of(new ValidationRuleBuilder()
                                .withRule(rule)
                                .withMessage(message)
                                .build()),
                        schema.getXKubernetesValidations().stream())
                .toList());
    }

    private static String matches(String pattern) {
        return "self.matches(r'" + pattern + "')";
    }
}
