package dev.edgeai.planner.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.planner.version.RunFingerprint;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class RunChoiceTest {
    private static final Map<String, String> NOTHING_ASKED = Map.of();

    private static final String SELECTED =
            "selected: {trial: %s, variant: v, artifact: r/m@d, digest: d, reason: best}";

    private final OptimizationRunSpec inputs = inputs("digits:1");

    @Test
    void theFirstRunIsOfItsInputs() {
        RunChoice first = RunChoice.of(inputs, NOTHING_ASKED, List.of());
        assertThat(first)
                .isInstanceOf(RunChoice.Missing.class)
                .isEqualTo(RunChoice.of(inputs, NOTHING_ASKED, List.of()));
        assertThat(RunChoice.of(inputs("digits:2"), NOTHING_ASKED, List.of())).isNotEqualTo(first);
    }

    @Test
    void theSameInputsNeverRunTwice() {
        for (String phase : List.of("Pending", "Searching", "Succeeded", "Failed")) {
            OptimizationRun run = run("a", inputs, phase, null, "2026-01-01T00:00:00Z");
            assertThat(RunChoice.of(inputs("digits:1"), NOTHING_ASKED, List.of(run)))
                    .as(phase)
                    .isEqualTo(new RunChoice.Present(run));
        }
    }

    @Test
    void overridesOfTheTargetCount() {
        EdgeModel model = model("digits:1", "gates: {minSpeedup: \"1.2\"}");
        OptimizationRunSpec overridden =
                RunInputs.of(model.getSpec(), model.getSpec().targets().getFirst());
        assertThat(overridden.gates().minSpeedup()).hasToString("1.2");
        assertThat(overridden.gates().minAccuracyRetention()).hasToString("0.95");
    }

    @Test
    void anotherSourceGoesBackToTheRunItHadBefore() {
        OptimizationRun old = run("old", inputs, "Succeeded", null, "2026-01-01T00:00:00Z");
        OptimizationRun other = run("other", inputs("digits:2"), "Succeeded", null, "2026-01-02T00:00:00Z");
        assertThat(RunChoice.of(inputs, NOTHING_ASKED, List.of(old, other))).isEqualTo(new RunChoice.Present(old));
    }

    @Test
    void aContentThatATagHadBeforeNeedsNoRunOfItsOwn() {
        String was = digest('5');
        OptimizationRun run =
                run("a", inputs, "Succeeded, sourceDigest: \"" + was + "\"", null, "2026-01-01T00:00:00Z");
        assertThat(RunChoice.of(RunInputs.pinned(inputs, was), Map.of(), List.of(run)))
                .isEqualTo(new RunChoice.Present(run));
        RunChoice moved = RunChoice.of(RunInputs.pinned(inputs, digest('6')), Map.of(), List.of(run));
        assertThat(moved).isInstanceOf(RunChoice.Missing.class);
        assertThat(RunChoice.of(inputs, Map.of(), List.of()))
                .as("of another content")
                .isNotEqualTo(moved);
        OptimizationRun other =
                run("b", inputs("digits:2"), "Succeeded, sourceDigest: \"" + was + "\"", null, "2026-01-01T00:00:00Z");
        assertThat(RunChoice.of(RunInputs.pinned(inputs, was), Map.of(), List.of(other)))
                .isInstanceOf(RunChoice.Missing.class);
    }

    @Test
    void aFailedRunIsRepeatedOnceForEachNewValueOfTheAnnotation() {
        OptimizationRun failed = run("a", inputs, "Failed", "1", "2026-01-01T00:00:00Z");
        assertThat(RunChoice.of(inputs, Map.of(Labels.RETRY, "1"), List.of(failed)))
                .as("it was made when the annotation had this value")
                .isEqualTo(new RunChoice.Present(failed));
        RunChoice again = RunChoice.of(inputs, Map.of(Labels.RETRY, "2"), List.of(failed));
        assertThat(again).isInstanceOfSatisfying(RunChoice.Missing.class, missing -> {
            assertThat(missing.fingerprint()).isNotEqualTo(RunFingerprint.of(inputs, Optional.empty()));
            assertThat(missing.annotations())
                    .as("what a person has tried again is measured again")
                    .containsExactlyInAnyOrderEntriesOf(Map.of(Labels.RETRY, "2", Labels.INHERITS, Labels.NOTHING));
        });
        OptimizationRun second =
                run(((RunChoice.Missing) again).fingerprint(), inputs, "Failed", "2", "2026-01-02T00:00:00Z");
        assertThat(RunChoice.of(inputs, Map.of(Labels.RETRY, "2"), List.of(failed, second)))
                .isEqualTo(new RunChoice.Present(second));
    }

    @Test
    void aRunThatSucceededIsNotRepeated() {
        OptimizationRun run = run("a", inputs, "Succeeded", null, "2026-01-01T00:00:00Z");
        assertThat(RunChoice.of(inputs, Map.of(Labels.RETRY, "1"), List.of(run)))
                .isEqualTo(new RunChoice.Present(run));
    }

    @Test
    void eachNewValueOfRecertifySignsAnewWhatOnceSucceeded() {
        Map<String, String> asked = Map.of(Labels.RECERTIFY, "1");
        OptimizationRun good = run("a", inputs, "Succeeded", null, "2026-01-01T00:00:00Z");
        RunChoice choice = RunChoice.of(inputs, asked, List.of(good));
        assertThat(choice).isInstanceOfSatisfying(RunChoice.Missing.class, missing -> {
            assertThat(missing.fingerprint()).isNotEqualTo(RunFingerprint.of(inputs, Optional.empty()));
            assertThat(missing.annotations())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of(Labels.RECERTIFY, "1", Labels.INHERITS, Labels.EVERYTHING));
        });
        OptimizationRun signed = run("b", inputs, "Failed", null, "2026-01-02T00:00:00Z");
        signed.getMetadata().setAnnotations(((RunChoice.Missing) choice).annotations());
        assertThat(RunChoice.of(inputs, asked, List.of(good, signed))).isEqualTo(new RunChoice.Present(signed));
        assertThat(RunChoice.of(inputs, Map.of(Labels.RECERTIFY, "2"), List.of(good, signed)))
                .as("one that could not be signed hides nothing")
                .isInstanceOf(RunChoice.Missing.class);
    }

    @Test
    void recertifyWaitsForTheFirstCertificateAndIsMetByARunOfOtherInputs() {
        Map<String, String> asked = Map.of(Labels.RECERTIFY, "1");
        OptimizationRun searching = run("a", inputs, "Searching", null, "2026-01-01T00:00:00Z");
        assertThat(RunChoice.of(inputs, asked, List.of(searching))).isEqualTo(new RunChoice.Present(searching));
        assertThat(RunChoice.of(inputs("digits:2"), asked, List.of(searching)))
                .isInstanceOfSatisfying(
                        RunChoice.Missing.class,
                        missing -> assertThat(missing.annotations())
                                .as("its certificates are new anyway, and it measures")
                                .containsExactlyEntriesOf(asked));
    }

    @Test
    void theSourceServesWhenNoVariantQualifiesUnlessNothingIsAskedFor() {
        assertThat(inputs.fallsBackToSource()).isTrue();
        EdgeModel none = model("digits:1", "search: {maxTrials: 4}, rollout: {whenNoneQualifies: Nothing}");
        assertThat(inputs(none).fallsBackToSource()).isFalse();
        EdgeModel bundle = model("digits:1", "search: {maxTrials: 4}, delivery: Bundle");
        assertThat(inputs(bundle).fallsBackToSource())
                .as("what passed no gate leaves the cluster for no device")
                .isFalse();
    }

    /** So is one that was made before there was the choice. */
    @Test
    void aRunThatFoundAVariantIsTheSameWhateverServesWithoutOne() {
        OptimizationRunSpec nothing = OptimizationRunSpecBuilder.builder(inputs)
                .whenNoneQualifies(null)
                .build();
        OptimizationRun found = run("a", nothing, "Succeeded, " + SELECTED.formatted("openvino-fp16"));
        assertThat(RunChoice.of(inputs, NOTHING_ASKED, List.of(found))).isEqualTo(new RunChoice.Present(found));
        OptimizationRun failed = run("a", nothing, "Failed");
        assertThat(RunChoice.of(inputs, NOTHING_ASKED, List.of(failed))).isInstanceOf(RunChoice.Missing.class);
        OptimizationRun source = run("a", inputs, "Succeeded, " + SELECTED.formatted("source"));
        assertThat(RunChoice.of(nothing, NOTHING_ASKED, List.of(source))).isInstanceOf(RunChoice.Missing.class);
    }

    @Test
    void aRetryWhereTheSourceServesSearchesAgain() {
        Map<String, String> again = Map.of(Labels.RETRY, "1");
        OptimizationRun source = run("a", inputs, "Succeeded, " + SELECTED.formatted("source"));
        assertThat(RunChoice.of(inputs, again, List.of(source))).isInstanceOf(RunChoice.Missing.class);
        assertThat(RunChoice.of(inputs, NOTHING_ASKED, List.of(source))).isEqualTo(new RunChoice.Present(source));
    }

    private static OptimizationRun run(String name, OptimizationRunSpec spec, String status) {
        return run(name, spec, status, null, "2026-01-01T00:00:00Z");
    }

    private static OptimizationRunSpec inputs(EdgeModel model) {
        return RunInputs.of(model.getSpec(), model.getSpec().targets().getFirst());
    }

    private static OptimizationRunSpec inputs(String source) {
        return inputs(model(source, "search: {maxTrials: 4}"));
    }

    private static EdgeModel model(String source, String target) {
        return yaml("""
                spec:
                  source: {uri: "oci://registry:5000/models/%s"}
                  task: ImageClassification
                  evaluation: {dataset: {uri: "oci://registry:5000/data/digits:1"}}
                  targets: [{name: cpu, accelerator: intel-cpu, %s}]
                """.formatted(source, target), EdgeModel.class);
    }

    private static OptimizationRun run(
            String name, OptimizationRunSpec spec, String phase, @Nullable String retry, String made) {
        OptimizationRun run = new OptimizationRun();
        run.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withCreationTimestamp(made)
                .withAnnotations(retry == null ? Map.of() : Map.of(Labels.RETRY, retry))
                .build());
        run.setSpec(spec);
        run.setStatus(yaml("{phase: " + phase + "}", OptimizationRunStatus.class));
        return run;
    }

    private static String digest(char letter) {
        return "sha256:" + String.valueOf(letter).repeat(64);
    }

    private static <T> T yaml(String text, Class<T> type) {
        try {
            return new YAMLMapper().readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
