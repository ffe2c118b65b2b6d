package dev.edgeai.operator.delivery;

import dev.edgeai.api.v1alpha1.Labels;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ObjectNamesTest {
    private static final String DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";

    @Test
    void areTheContractsWhenTheyFit() {
        TargetRef target = new TargetRef("vision", "digits", "line-cameras");
        assertThat(ObjectNames.stableService(target)).isEqualTo("digits-line-cameras");
        assertThat(ObjectNames.previewService(target)).matches("digits-line-cameras-[0-9a-f]{8}-preview");
        assertThat(ObjectNames.deployment(target, "abc")).matches("digits-line-cameras-[0-9a-f]{8}-abc");
        assertThat(ObjectNames.warmupJob(target, "abc")).matches("digits-line-cameras-[0-9a-f]{8}-abc-warmup");
        assertThat(ObjectNames.run(target, "0123456789")).matches("digits-line-cameras-[0-9a-f]{10}");
    }

    @ParameterizedTest
    @CsvSource({
        "resnet.v2, cpu",
        "7b-chat, cpu",
        "a-very-long-model-name-that-somebody-generated-from-a-git-branch, a-target-of-thirty-characters",
        "a-model-of-thirty-one-characters, a-target-of-thirty-characters"
    })
    void areDnsLabelsWhateverTheModelIsCalled(String model, String name) {
        TargetRef target = new TargetRef("n", model, name);
        assertThat(ObjectNames.stableService(target)).matches(DNS_1035).hasSizeLessThanOrEqualTo(63);
        assertThat(ObjectNames.previewService(target))
                .matches(DNS_1035)
                .hasSizeLessThanOrEqualTo(63)
                .isNotEqualTo(ObjectNames.stableService(target));
        assertThat(ObjectNames.warmupJob(target, "0123456789"))
                .matches(DNS_1035)
                .hasSizeLessThanOrEqualTo(63);
    }

    @Test
    void ofTwoModelsStayApartWhenTheyAreShortened() {
        String long63 = "x".repeat(63);
        assertThat(ObjectNames.stableService(new TargetRef("n", long63, "a-target")))
                .isNotEqualTo(ObjectNames.stableService(new TargetRef("n", long63, "b-target")));
        assertThat(ObjectNames.stableService(new TargetRef("n", "a.b", "c")))
                .isNotEqualTo(ObjectNames.stableService(new TargetRef("n", "a-b", "c")));
    }

    /** What an earlier version of the operator called them goes on serving. */
    @Test
    void anObjectIsOfATargetByItsName() {
        TargetRef cam = new TargetRef("n", "m", "cam");
        TargetRef other = new TargetRef("n", "m", "other");
        for (String name : List.of("m-cam", "m-cam-preview", "m-cam-r1")) {
            assertThat(ObjectNames.isOf(cam, named(name))).as(name).isTrue();
            assertThat(ObjectNames.isOf(other, named(name))).as(name).isFalse();
        }
        for (String name : List.of(
                ObjectNames.deployment(cam, "r1"),
                ObjectNames.previewService(cam),
                ObjectNames.disruptionBudget(cam))) {
            assertThat(ObjectNames.isOf(cam, named(name))).as(name).isTrue();
            assertThat(ObjectNames.isOf(other, named(name))).as(name).isFalse();
        }
        assertThat(ObjectNames.isOf(cam, named(ObjectNames.deployment(cam, "r2"))))
                .isFalse();
    }

    private static Deployment named(String name) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels(Labels.REVISION, "r1")
                .endMetadata()
                .build();
    }
}
