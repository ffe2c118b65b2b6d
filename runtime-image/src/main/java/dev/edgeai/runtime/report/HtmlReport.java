package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.run.Bottleneck;
import j2html.tags.DomContent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static j2html.TagCreator.body;
import static j2html.TagCreator.code;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.document;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.head;
import static j2html.TagCreator.html;
import static j2html.TagCreator.li;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.p;
import static j2html.TagCreator.pre;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.section;
import static j2html.TagCreator.style;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.title;
import static j2html.TagCreator.ul;

/**
 * A report as one page that needs nothing else: no script runs, nothing is fetched. Names and messages come from people
 * and from pods that read untrusted models, so every one of them is escaped.
 */
public final class HtmlReport {
    /** Whatever got into the page all the same could load and run nothing. */
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

    private final Facts facts;
    private final OptimizationRunStatus status;

    private HtmlReport(Facts facts) {
        this.facts = facts;
        this.status = facts.status();
    }

    /** The page; the same facts give the same bytes. */
    public static String of(Facts facts) {
        return new HtmlReport(facts).page();
    }

    private String page() {
        String heading = facts.namespace().isEmpty() ? facts.name() : facts.namespace() + "/" + facts.name();
        TrialSection trials = new TrialSection(status);
        return document(html(
                        head(
                                meta().withCharset("utf-8"),
                                meta().attr("http-equiv", "Content-Security-Policy")
                                        .withContent(POLICY),
                                meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
                                meta().withName("color-scheme").withContent("light dark"),
                                title("Optimization of " + heading),
                                style(rawHtml(css()))),
                        body(main(
                                h1("Optimization of " + heading),
                                p(facts.verdict()).withClass("verdict"),
                                part("Why this one", p(choice())),
                                part("Trade-offs", plots()),
                                part("Stages", stages()),
                                part("Trials", trials.table(), trials.all()),
                                part("Model and baseline", model()),
                                part("Frameworks", list(frameworks())),
                                part("Bottlenecks", bottlenecks()),
                                part("Energy", Tables.facts(energy())),
                                part("Not measured", list(facts.notMeasured())),
                                part("How to do it again", reproduction()))),
                        script(rawHtml(embeddable(Json.write(facts))))
                                .withType("application/json")
                                .withId("facts"))
                .withLang("en"));
    }

    private static DomContent part(String heading, DomContent... content) {
        return section(h2(heading), each(content));
    }

    private static DomContent list(List<String> lines) {
        return lines.isEmpty() ? p("Nothing.") : ul(each(lines, line -> li(line)));
    }

    private String choice() {
        return status.selected() == null
                ? "Nothing is chosen; each trial below says why it was left out."
                : status.selected().reason() + ".";
    }

    private DomContent plots() {
        List<PlotPoint> points = PlotPoint.of(status);
        if (points.isEmpty()) {
            return p("Nothing was measured.");
        }
        Quantity quality = Quantity.quality(points);
        Quantity space = Quantity.space(points);
        return each(
                div(Plot.of(Quantity.LATENCY, quality, space, points), Plot.of(space, quality, space, points))
                        .withClass("plots"),
                p("The Pareto front: "
                        + (status.paretoFront().isEmpty() ? "empty" : String.join(", ", status.paretoFront()))
                        + "."));
    }

    private DomContent stages() {
        return Tables.of(
                List.of("stage", "trials", "passed all gates", "fastest that passed", "its speed-up", "kept"),
                StageResult.of(status).map(stage -> Tables.row(stage.cells())));
    }

    private DomContent model() {
        Map<String, String> model = new LinkedHashMap<>();
        var assessment = status.assessment();
        if (assessment != null) {
            model.put("format, architecture", assessment.format() + ", " + assessment.architecture());
            model.put("weights", "%,d, mostly %s".formatted(assessment.parameters(), assessment.precision()));
            model.put("size", Figures.bytes(assessment.sizeBytes()));
            model.put("inputs", String.join("; ", assessment.inputs()));
            model.put("outputs", String.join("; ", assessment.outputs()));
            model.put("already quantized", String.valueOf(assessment.alreadyQuantized()));
        }
        if (status.baseline() != null) {
            model.putAll(TrialSection.measured(status.baseline()));
        }
        return model.isEmpty() ? p("Nothing is known of it.") : Tables.facts(model);
    }

    private List<String> frameworks() {
        return status.plan().stream()
                .map(plan -> (plan.planned() ? "Tried: " : "Not tried: ") + plan.reason())
                .toList();
    }

    private DomContent bottlenecks() {
        if (facts.bottlenecks().isEmpty()) {
            return p("None was found.");
        }
        return Tables.of(
                List.of("model", "bottleneck", "measured", "counts above", "what to do"),
                facts.bottlenecks().entrySet().stream()
                        .flatMap(of -> of.getValue().stream().map(b -> bottleneck(of.getKey(), b))));
    }

    private static DomContent bottleneck(String model, Bottleneck b) {
        return Tables.row(
                model, b.kind().word(), Figures.percent(b.value()), Figures.percent(b.threshold()), b.advice());
    }

    private Map<String, String> energy() {
        Map<String, String> energy = new LinkedHashMap<>();
        energy.put("spent on making and measuring", Figures.joules(status.joulesSpent()));
        Stream<Measurement> all = Stream.concat(
                Stream.ofNullable(status.baseline()),
                status.trials().stream().map(t -> t.measurement()).filter(Objects::nonNull));
        energy.put(
                "method",
                all.map(Measurement::energyMethod)
                        .filter(Objects::nonNull)
                        .distinct()
                        .map(HtmlReport::method)
                        .collect(Collectors.joining("; ")));
        return energy;
    }

    private static String method(Measurement.EnergyMethod method) {
        return switch (method) {
            case MEASURED -> "measured by the processor's own counters; they see the whole package";
            case ESTIMATED -> "estimated: CPU seconds times 4 W; it ranks variants on one node and is no bill";
        };
    }

    private DomContent reproduction() {
        Reproduction again = facts.reproduction();
        Map<String, String> pins = new LinkedHashMap<>();
        pins.put("seed", Integer.toString(again.seed()));
        pins.put("model", Objects.requireNonNullElse(again.sourceDigest(), Figures.NONE));
        pins.put("dataset", Objects.requireNonNullElse(again.datasetDigest(), Figures.NONE));
        again.versions().forEach((tool, versions) -> pins.put(tool, String.join(", ", versions)));
        again.nondeterministic().forEach((trial, why) -> pins.put(trial + " gives other bytes each time", why));
        return each(
                p("Save the manifest as run.yaml. In a cluster:"),
                pre(code("kubectl create -f run.yaml")),
                p("On one machine:"),
                pre(code("edgeai optimize -f run.yaml")),
                details(summary("run.yaml"), pre(code(again.manifest()))),
                Tables.facts(pins));
    }

    /** JSON in which nothing can end the element it stands in. */
    private static String embeddable(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String css() {
        try (InputStream file =
                Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"), "report.css")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
