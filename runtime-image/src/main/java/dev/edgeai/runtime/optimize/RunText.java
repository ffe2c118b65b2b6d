package dev.edgeai.runtime.optimize;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.run.TrialTransitions;
import dev.edgeai.planner.search.SearchPlan;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.technique.Candidate;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;

/** Runs for people. */
public final class RunText {
    private static final String ROW = "%-2s%-25s %-9s %10s %22s %9s %13s %11s%n";

    private RunText() {}

    /** Frameworks with their reasons, then the trials in the order of trying. */
    public static String of(SearchPlan plan) {
        StringBuilder text = new StringBuilder("frameworks\n");
        frameworks(plan.frameworks())
                .forEach(line -> text.append("  ").append(line).append('\n'));
        text.append("trials, in this order\n");
        for (Candidate trial : plan.trials()) {
            text.append("  ").append(trial.framework().slug()).append('/').append(trial.technique());
            new TreeMap<>(trial.parameters())
                    .forEach((name, value) ->
                            text.append("  ").append(name).append('=').append(value));
            text.append('\n');
        }
        if (!plan.variations().isEmpty()) {
            text.append("and up to %d variations of their parameters"
                    .formatted(plan.variations().size()));
        }
        return text.toString().stripTrailing();
    }

    /** One line for each framework: {@code +} it is tried, {@code -} it is not. */
    public static List<String> frameworks(List<FrameworkPlan> plan) {
        return plan.stream()
                .map(framework -> (framework.planned() ? "+ " : "- ") + framework.reason())
                .toList();
    }

    /** A table of the trials; under one that did not pass stands why. */
    public static String of(OptimizationRunStatus status) {
        StringBuilder table = new StringBuilder(
                row("", "variant", "verdict", "p50", "speed-up", "kept", "memory saved", "size saved"));
        if (status.baseline() != null) {
            table.append(row("", "baseline", "", latency(status.baseline()), "", "", "", ""));
            Objects.requireNonNullElse(status.baseline().remarks(), List.<String>of())
                    .forEach(remark -> table.append("     ").append(remark).append('\n'));
        }
        for (TrialStatus trial : status.trials()) {
            table.append(row(status, trial));
            why(trial).forEach(why -> table.append("     ").append(why).append('\n'));
        }
        return table.append("> chosen, * on the Pareto front").toString();
    }

    /** How a trial ended, in a line. */
    public static String ended(TrialStatus trial) {
        List<String> why = why(trial);
        return trial.variant() + ": " + verdict(trial) + (why.isEmpty() ? "" : ", " + String.join("; ", why));
    }

    /** The gates that a trial missed, or why it failed. */
    private static List<String> why(TrialStatus trial) {
        if (trial.phase() == TrialPhase.FAILED) {
            return List.of(trial.reason() + ": " + trial.message());
        }
        return trial.gates().stream()
                .filter(gate -> gate.verdict() == Verdict.FAIL || gate.verdict() == Verdict.INCONCLUSIVE)
                .map(gate -> String.valueOf(gate.message()))
                .toList();
    }

    private static String row(OptimizationRunStatus status, TrialStatus trial) {
        boolean chosen = status.selected() != null && status.selected().trial().equals(trial.name());
        String mark = chosen ? ">" : status.paretoFront().contains(trial.name()) ? "*" : "";
        Comparison comparison = trial.comparison();
        if (comparison == null || trial.measurement() == null) {
            return row(mark, trial.variant(), verdict(trial), "", "", "", "", "");
        }
        Estimate kept = comparison.accuracyRetention() != null ? comparison.accuracyRetention() : comparison.fidelity();
        return row(
                mark,
                trial.variant(),
                verdict(trial),
                latency(trial.measurement()),
                speedup(comparison.speedup()),
                kept == null ? "" : percent(kept.value()),
                percent(comparison.memoryReduction()),
                percent(comparison.sizeReduction()));
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, ROW, cells).stripTrailing() + "\n";
    }

    private static String latency(Measurement m) {
        return m.timed() ? m.latencyP50Micros() + " us" : "not timed";
    }

    private static String speedup(@Nullable Estimate speedup) {
        if (speedup == null) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "%.2fx [%.2f, %.2f]",
                speedup.value().asDouble(),
                speedup.lower().asDouble(),
                speedup.upper().asDouble());
    }

    private static String percent(@Nullable Decimal share) {
        return share == null ? "" : String.format(Locale.ROOT, "%.1f %%", 100 * share.asDouble());
    }

    /** What a busy node left open is not told as rejected. */
    private static String verdict(TrialStatus trial) {
        if (TrialTransitions.nodeBusy(trial)) {
            return Reason.NODE_BUSY.text();
        }
        String name = trial.phase().name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }
}
