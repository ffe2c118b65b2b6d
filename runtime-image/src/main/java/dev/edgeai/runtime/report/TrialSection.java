package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Comparison.HeldOut;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.run.TrialTransitions;
import j2html.tags.DomContent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static j2html.TagCreator.details;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.p;
import static j2html.TagCreator.summary;

/** Every trial: a table of all, and each with everything that was measured and decided. */
final class TrialSection {
    private final OptimizationRunStatus status;

    TrialSection(OptimizationRunStatus status) {
        this.status = status;
    }

    DomContent table() {
        List<TrialStatus> trials = status.trials();
        return Tables.of(
                List.of("#", "trial", "outcome", "speed-up", "kept", "p50", "footprint", "size"),
                IntStream.range(0, trials.size()).mapToObj(i -> overview(i + 1, trials.get(i))));
    }

    DomContent all() {
        return each(status.trials(), this::detail);
    }

    private DomContent overview(int number, TrialStatus trial) {
        Measurement m = trial.measurement();
        Comparison c = trial.comparison();
        return Tables.row(
                        Integer.toString(number),
                        trial.name(),
                        outcome(trial),
                        c == null ? Figures.NONE : Figures.estimate(c.speedup()),
                        c == null ? Figures.NONE : kept(c),
                        m == null ? Figures.NONE : Figures.latency(m.latencyP50Micros()),
                        m == null || m.footprintBytes().isEmpty()
                                ? Figures.NONE
                                : Figures.bytes(m.footprintBytes().getAsLong()),
                        m == null ? Figures.NONE : Figures.bytes(m.sizeBytes()))
                .withClass(PlotPoint.role(status, trial).css());
    }

    private String outcome(TrialStatus trial) {
        if (TrialTransitions.nodeBusy(trial)) {
            return "not decided, the node was busy";
        }
        return switch (PlotPoint.role(status, trial)) {
            case CHOSEN -> "chosen";
            case FRONT -> Figures.word(trial.phase()) + ", on the front";
            case OTHER, BASELINE -> Figures.word(trial.phase());
        };
    }

    private static String kept(Comparison c) {
        return Figures.estimate(c.accuracyRetention() != null ? c.accuracyRetention() : c.fidelity());
    }

    private DomContent detail(TrialStatus trial) {
        return details(
                summary(trial.name() + ": " + outcome(trial)),
                p(why(trial)),
                Tables.facts(settings(trial)),
                each(Stream.ofNullable(trial.measurement()).map(m -> each(h3("Measured"), Tables.facts(measured(m))))),
                each(Stream.ofNullable(trial.comparison())
                        .map(c -> each(h3("Against the baseline"), Tables.facts(compared(c))))),
                trial.gates().isEmpty() ? each() : each(h3("Gates"), gates(trial)));
    }

    /** Why it was left out, or that it was not. */
    private String why(TrialStatus trial) {
        if (status.selected() != null && status.selected().trial().equals(trial.name())) {
            return "Chosen: " + status.selected().reason() + ".";
        }
        String message = trial.message() == null ? "" : ": " + trial.message();
        return switch (trial.phase()) {
            case PENDING, RUNNING -> "Not finished" + message + ".";
            case FAILED -> "Failed, %s%s.".formatted(trial.reason(), message);
            case REJECTED ->
                (TrialTransitions.nodeBusy(trial) ? "Not decided" : "Left out, it missed a gate") + message + ".";
            case SCREENED -> "Left out after a few samples" + message + ".";
            case ACCEPTED ->
                status.paretoFront().contains(trial.name())
                        ? "Passed all gates; another variant of the front fits the objectives better" + message + "."
                        : "Passed all gates, but another variant is at least as good in everything" + message + ".";
        };
    }

    private static Map<String, String> settings(TrialStatus trial) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("framework, technique", trial.variant());
        facts.put("parameters", pairs(trial.parameters()));
        facts.put("stage", trial.stage() == null ? Figures.NONE : Figures.word(trial.stage()));
        facts.put("depth", Figures.word(trial.depth() == null ? Depth.FULL : trial.depth()));
        if (trial.base() != null) {
            facts.put("variant of trial", trial.base());
        }
        facts.put("node", trial.node() == null ? Figures.NONE : trial.node());
        facts.put("digest", trial.digest() == null ? Figures.NONE : trial.digest());
        facts.put("tools", pairs(trial.versions()));
        facts.put("energy spent", Figures.joules(trial.joulesSpent()));
        if (trial.nondeterministic() != null) {
            facts.put("other bytes each time", trial.nondeterministic());
        }
        return facts;
    }

    static Map<String, String> measured(Measurement m) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("engine, threads", m.engine() + ", " + m.threads());
        facts.put("task metric", Figures.estimate(m.quality()));
        facts.put(
                "latency p50, p95, p99",
                "%s, %s, %s of %s inferences"
                        .formatted(
                                Figures.latency(m.latencyP50Micros()),
                                Figures.latency(m.latencyP95Micros()),
                                Figures.latency(m.latencyP99Micros()),
                                m.latencySamples() == null ? Figures.NONE : m.latencySamples()));
        facts.put("latency p95, microseconds", Figures.estimate(m.latencyP95Interval()));
        facts.put(
                "latency variation",
                m.latencyVariationInterval() == null
                        ? Figures.percent(m.latencyVariation())
                        : Figures.estimate(m.latencyVariationInterval()));
        facts.put("waited for a core", waited(m));
        facts.put("inferences a second", Figures.number(m.throughput()));
        facts.put(
                "peak memory, of it the engine, inferences at once",
                "%s, %s, %s"
                        .formatted(
                                Figures.bytes(m.peakMemoryBytes()),
                                Figures.bytes(m.engineMemoryBytes()),
                                m.concurrency() == null ? Figures.NONE : m.concurrency()));
        facts.put("files", Figures.bytes(m.sizeBytes()));
        facts.put("CPU use, cores", Figures.number(m.cpuUtilization()));
        facts.put(
                "energy of an inference",
                m.joulesPerInference() == null || m.energyMethod() == null
                        ? Figures.NONE
                        : m.joulesPerInference() + " J, " + Figures.word(m.energyMethod()));
        if (m.generation() != null) {
            generation(m.generation(), facts);
        }
        if (m.remarks() != null) {
            facts.put("to be known", String.join("; ", m.remarks()));
        }
        return facts;
    }

    private static String waited(Measurement m) {
        Measurement.CpuWait wait = m.cpuWait();
        return wait == null
                ? Figures.NONE
                : "%s of the CPU time wanted%s; %d rounds repeated"
                        .formatted(
                                Figures.percent(wait.share()),
                                wait.busy() ? ", more than " + Figures.percent(wait.limit()) : "",
                                wait.repeatedRounds());
    }

    private static void generation(Measurement.Generation g, Map<String, String> facts) {
        facts.put("perplexity", Figures.estimate(g.perplexity()));
        facts.put("time to first token", Figures.latency(g.timeToFirstTokenMicros()));
        facts.put(
                "between tokens p50, p95",
                Figures.latency(g.interTokenP50Micros()) + ", " + Figures.latency(g.interTokenP95Micros()));
        facts.put(
                "tokens a second, read, written",
                Figures.number(g.prefillTokensPerSecond()) + ", " + Figures.number(g.decodeTokensPerSecond()));
    }

    private static Map<String, String> compared(Comparison c) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("speed-up", Figures.estimate(c.speedup()));
        facts.put("metric kept", Figures.estimate(c.accuracyRetention()));
        facts.put("fidelity", Figures.estimate(c.fidelity()));
        facts.put("memory saved", Figures.percent(c.memoryReduction()));
        facts.put("size saved", Figures.percent(c.sizeReduction()));
        facts.put("energy, share of the baseline's", Figures.number(c.energyRatio()));
        if (c.language() != null) {
            facts.put(
                    "KL divergence, nats a token", Figures.estimate(c.language().klDivergence()));
            facts.put("perplexity ratio", Figures.estimate(c.language().perplexityRatio()));
            facts.put("margin shift, nats", Figures.estimate(c.language().marginShift()));
        }
        if (c.heldOut() != null) {
            heldOut(c, c.heldOut(), facts);
        }
        return facts;
    }

    /** What held-out samples say, and by how much the choice among variants flattered it. */
    private static void heldOut(Comparison c, HeldOut held, Map<String, String> facts) {
        facts.put("metric kept, held-out samples", Figures.estimate(held.accuracyRetention()));
        facts.put("fidelity, held-out samples", Figures.estimate(held.fidelity()));
        if (held.language() != null) {
            facts.put(
                    "KL divergence, held-out texts",
                    Figures.estimate(held.language().klDivergence()));
            facts.put(
                    "perplexity ratio, held-out texts",
                    Figures.estimate(held.language().perplexityRatio()));
        }
        Estimate chosenBy = c.accuracyRetention() != null ? c.accuracyRetention() : c.fidelity();
        Estimate atLast = c.accuracyRetention() != null ? held.accuracyRetention() : held.fidelity();
        if (chosenBy != null && atLast != null) {
            facts.put(
                    "flattered by the choice",
                    "%+.2f points"
                            .formatted(100
                                    * (chosenBy.value().asDouble()
                                            - atLast.value().asDouble())));
        }
    }

    private static DomContent gates(TrialStatus trial) {
        return Tables.of(
                List.of("gate", "value", "threshold", "verdict", "in words"),
                trial.gates().stream()
                        .map(gate -> Tables.row(
                                        gate.name(),
                                        gate.value() == null ? Figures.NONE : gate.value(),
                                        gate.threshold(),
                                        Figures.word(gate.verdict()),
                                        gate.message() == null ? "" : gate.message())
                                .withClass(gate.verdict() == Verdict.PASS ? "pass" : "missed")));
    }

    private static String pairs(Map<String, String> map) {
        return map.isEmpty()
                ? Figures.NONE
                : new TreeMap<>(map)
                        .entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining(", "));
    }
}
