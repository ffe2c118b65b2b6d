package dev.edgeai.runtime.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.run.Bottleneck;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.optimize.ManifestFile;
import dev.edgeai.runtime.pod.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Reports of a recorded run: the demo classifier, 4 trials, as {@code kubectl get or -o json} prints it. */
class ReportTest {
    private static final OptionalLong LIMIT = OptionalLong.of(2L << 30);
    private static final String HOSTILE = "</script></style>\"'><img src=x onerror=alert(1)><!--";

    /** Texts that people, frameworks or model files choose. */
    private static final Set<String> FREE =
            Set.of("name", "namespace", "message", "reason", "technique", "engine", "uri", "precision");

    @TempDir
    Path folder;

    private ObjectNode run;

    @BeforeEach
    void readRun() throws IOException {
        try (var file = Objects.requireNonNull(ReportTest.class.getResourceAsStream("fashion-run.json"))) {
            run = (ObjectNode) Json.mapper().readTree(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void theVerdictStandsOnTopAndEveryTrialIsExplained() {
        String page = page();

        assertThat(page)
                .containsSubsequence(
                        "<h1>Optimization of vision/fashion-line-cameras</h1>",
                        "openvino/int8-ptq is chosen, but not certified, for intel-cpu: ",
                        "times as fast as the baseline, 100.0 % of its accuracy kept",
                        "Why this one",
                        "best by latency 50 : accuracy 30 : memory 20 among 2 on the front",
                        "<svg");
        for (JsonNode trial : run.at("/status/trials")) {
            assertThat(page).contains("<summary>" + trial.path("name").asText() + ": ");
            trial.path("gates")
                    .forEach(gate -> assertThat(page)
                            .contains("<td>" + gate.path("name").asText() + "</td>"
                                    + "<td>" + gate.path("value").asText() + "</td>"
                                    + "<td>" + gate.path("threshold").asText() + "</td>"));
        }
        assertThat(page).contains("Left out, it missed a gate", "another variant of the front fits the objectives");
    }

    @Test
    void bothPlotsShowTheBaselineAndEveryMeasuredTrial() {
        assertThat(page()).satisfies(page -> {
            assertThat(count(page, "<circle ")).isEqualTo(2 * 5);
            assertThat(count(page, "<g class=\"chosen\">")).isEqualTo(2);
            assertThat(count(page, "<g class=\"baseline\">")).isEqualTo(2);
            assertThat(count(page, "<g class=\"front\">")).isEqualTo(2);
        });
    }

    /** The baseline beside each variant is the measure, not the one of another pod and hour. */
    @Test
    void thePlotShowsTheLatencyOverTheBaselines() {
        ((ObjectNode) run.at("/status/trials/1/measurement")).put("latencyP50Micros", 999_000_000L);
        assertThat(page())
                .contains("latency, share of the baseline&#x27;s 1.000\n", "latency, share of the baseline&#x27;s")
                .doesNotContain("median latency, ms");
    }

    @Test
    void whatABusyNodeLeftOpenIsNotToldAsTheVariantsFault() {
        ObjectNode trial = (ObjectNode) run.at("/status/trials/2");
        assertThat(trial.path("phase").asText()).isEqualTo("Rejected");
        trial.put("reason", "NodeBusy").put("message", "minSpeedup: the node was busy");
        ((ObjectNode) trial.path("measurement"))
                .putObject("cpuWait")
                .put("share", "0.73")
                .put("limit", "0.1")
                .put("repeatedRounds", 21);

        assertThat(page())
                .contains("Not decided: minSpeedup: the node was busy.")
                .contains("73.0 % of the CPU time wanted, more than 10.0 %; 21 rounds repeated");
    }

    @Test
    void thePageLoadsAndRunsNothing() {
        assertThat(page())
                .doesNotContainPattern("(?i)<(link|iframe|object|embed|img|base)\\b")
                .doesNotContainPattern("(?i)\\s(src|href|on[a-z]+)=")
                .doesNotContain("url(", "@import")
                .contains("default-src &#x27;none&#x27;");
    }

    @Test
    void textsOfOthersAreShownAndDoNothing() {
        poison(run);

        String page = page();

        assertThat(page).doesNotContain("<img").contains("&lt;img src=x onerror=alert(1)&gt;");
        assertThat(count(page, "<script")).isEqualTo(1);
        assertThat(count(page, "</script>")).isEqualTo(1);
        assertThat(count(page, "</style>")).isEqualTo(1);
        assertThat(count(page, "<!--")).isZero();
    }

    @Test
    void theSameFactsStandInThePageAsJson() throws Exception {
        String page = page();

        String embedded = page.substring(page.indexOf("id=\"facts\">") + 11, page.indexOf("</script>"));

        assertThat(Json.mapper().readTree(embedded)).isEqualTo(Json.mapper().readTree(Json.write(facts())));
        assertThat(page()).isEqualTo(page);
    }

    @Test
    void theManifestDoesTheSameRunAgain() throws Exception {
        Path manifest = Files.writeString(
                folder.resolve("run.yaml"), facts().reproduction().manifest());

        OptimizationRunSpec again = new ManifestFile(manifest).read(null).spec();

        OptimizationRunSpec spec = facts().spec();
        assertThat(again.source().digest())
                .isEqualTo(run.at("/status/sourceDigest").asText());
        assertThat(again.evaluation().dataset().digest())
                .isEqualTo(run.at("/status/datasetDigest").asText());
        assertThat(again.gates()).isEqualTo(spec.gates());
        assertThat(again.search()).isEqualTo(spec.search());
        assertThat(again.objectives()).isEqualTo(spec.objectives());
        assertThat(again.seed()).isEqualTo(spec.seed());
        assertThat(again.evaluation().samples()).isEqualTo(2000);
    }

    @Test
    void aRunThatFailedSaysWhy() {
        ObjectNode status = (ObjectNode) run.path("status");
        status.put("phase", "Failed").remove("selected");
        status.putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "False")
                .put("reason", "NoVariantPassedGates")
                .put("message", "none of 4 measured variants passed all gates");

        assertThat(page())
                .contains("Nothing was chosen for intel-cpu: none of 4 measured variants passed all gates.")
                .doesNotContain("class=\"chosen\"");
    }

    @Test
    void whatWasNotMeasuredIsSaidAndNotPlotted() {
        ObjectNode trial = (ObjectNode) run.at("/status/trials/1");
        ObjectNode measurement = (ObjectNode) trial.path("measurement");
        measurement.put("engine", "MLX 0.31");
        measurement.remove(List.of("latencyP50Micros", "latencyP95Micros", "latencyP99Micros", "peakMemoryBytes"));
        ((ObjectNode) trial.path("comparison")).remove("speedup");

        assertThat(facts().notMeasured())
                .contains(
                        "onnxruntime-int8-static: latency; MLX 0.31 was not timed, as the hardware it is made for is not "
                                + "at hand.",
                        "onnxruntime-int8-static: memory.");
        assertThat(page()).contains("4 of 5 models were measured so");
    }

    @Test
    void bottlenecksAreJudgedByTheMemoryLimitThatIsGiven() {
        long peak = run.at("/status/baseline/peakMemoryBytes").asLong();

        assertThat(facts(OptionalLong.of(peak)).bottlenecks().get("baseline"))
                .extracting(Bottleneck::kind)
                .contains(Bottleneck.Kind.MEMORY_BOUND);
        assertThat(facts(OptionalLong.empty()).notMeasured())
                .contains("Whether memory is a bottleneck: the memory limit of the pods is not known here.");
    }

    @Test
    void theVerbWritesThePageAndRefusesWhatIsNoRun() throws Exception {
        Path json = Files.writeString(folder.resolve("run.json"), run.toString());
        Path page = folder.resolve("report.html");

        assertThat(Run.of(Map.of(), "report", "-f", json.toString(), "-o", page.toString())
                        .code())
                .isZero();
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>");

        Files.writeString(json, "{\"kind\": \"EdgeModel\"}");
        Run refused = Run.of(Map.of(), "report", "-f", json.toString());
        assertThat(refused.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(refused.err()).contains("no OptimizationRun but 'EdgeModel'");
    }

    private Facts facts() {
        return facts(LIMIT);
    }

    private Facts facts(OptionalLong limit) {
        return Facts.of(ReportedRun.read(run.toString(), limit));
    }

    private String page() {
        return HtmlReport.of(facts());
    }

    private static long count(String text, String part) {
        return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
    }

    /** Puts hostile text wherever a text is free, and into every key and value of maps. */
    private static void poison(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (String name : List.copyOf(
                    object.properties().stream().map(Map.Entry::getKey).toList())) {
                JsonNode value = object.get(name);
                if (Set.of("versions", "parameters").contains(name) && value.isObject()) {
                    object.putObject(name).put(HOSTILE, HOSTILE);
                } else if (Set.of("inputs", "outputs").contains(name)) {
                    object.putArray(name).add(HOSTILE);
                } else if (FREE.contains(name) && value.isTextual()) {
                    object.put(name, HOSTILE);
                } else {
                    poison(value);
                }
            }
        } else if (node instanceof ArrayNode array) {
            array.forEach(ReportTest::poison);
        }
    }
}
