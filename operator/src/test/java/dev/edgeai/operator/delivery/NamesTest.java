package dev.edgeai.operator.delivery;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class NamesTest {
    private static final String DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";

    @Test
    void areTheContractsWhenTheyFit() {
        TargetRef target = new TargetRef("vision", "digits", "line-cameras");
        assertThat(Names.stableService(target)).isEqualTo("digits-line-cameras");
        assertThat(Names.previewService(target)).isEqualTo("digits-line-cameras-preview");
        assertThat(Names.deployment(target, "abc")).isEqualTo("digits-line-cameras-abc");
        assertThat(Names.warmupJob(target, "abc")).isEqualTo("digits-line-cameras-abc-warmup");
        assertThat(Names.run(target, "0123456789")).isEqualTo("digits-line-cameras-0123456789");
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
        assertThat(Names.stableService(target)).matches(DNS_1035).hasSizeLessThanOrEqualTo(63);
        assertThat(Names.previewService(target))
                .matches(DNS_1035)
                .hasSizeLessThanOrEqualTo(63)
                .isNotEqualTo(Names.stableService(target));
        assertThat(Names.warmupJob(target, "0123456789")).matches(DNS_1035).hasSizeLessThanOrEqualTo(63);
    }

    @Test
    void ofTwoModelsStayApartWhenTheyAreShortened() {
        String long63 = "x".repeat(63);
        assertThat(Names.stableService(new TargetRef("n", long63, "a-target")))
                .isNotEqualTo(Names.stableService(new TargetRef("n", long63, "b-target")));
        assertThat(Names.stableService(new TargetRef("n", "a.b", "c")))
                .isNotEqualTo(Names.stableService(new TargetRef("n", "a-b", "c")));
    }
}
