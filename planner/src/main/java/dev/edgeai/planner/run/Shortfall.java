package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.front.ParetoFront;
import dev.edgeai.planner.front.ParetoFront.Point;
import dev.edgeai.planner.status.Reason;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why no variant qualified.
 *
 * @param reason in one word
 * @param message in a sentence, with the nearest one and what a person can change
 */
record Shortfall(Reason reason, String message) {
    private static final int LISTED = 3;

    /** Of a run whose trials have ended, none of them accepted. */
    static Shortfall of(RunDraft draft) {
        List<TrialStatus> variants = draft.variants();
        List<TrialStatus> rejected = draft.in(TrialPhase.REJECTED);
        if (variants.isEmpty() && draft.next.plan().stream().noneMatch(FrameworkPlan::planned)) {
            return noFramework(draft.next.plan());
        }
        if (variants.stream().anyMatch(TrialTransitions::registryAway)) {
            return new Shortfall(Reason.REGISTRY_UNAVAILABLE, registryAway(variants));
        }
        if (rejected.stream().anyMatch(TrialTransitions::nodeBusy)) {
            return new Shortfall(Reason.NODE_BUSY, nodeBusy(rejected));
        }
        return rejected.isEmpty()
                ? new Shortfall(
                        Reason.NO_VARIANT_MEASURED,
                        "none of %d trials could be measured: %s".formatted(variants.size(), listed(variants)))
                : new Shortfall(Reason.NO_VARIANT_PASSED_GATES, nonePassed(rejected));
    }

    /** Of a model that nothing can be done to. */
    static Shortfall noFramework(List<FrameworkPlan> plan) {
        return new Shortfall(
                Reason.NO_FRAMEWORK,
                "no framework has a technique for this model: "
                        + plan.stream().map(FrameworkPlan::reason).collect(Collectors.joining("; ")));
    }

    /** The first few with what they ended of. */
    static String listed(List<TrialStatus> trials) {
        return trials.stream()
                .limit(LISTED)
                .map(t -> t.variant() + ": " + t.reason() + " (" + t.message() + ")")
                .collect(Collectors.joining("; "));
    }

    private static String nonePassed(List<TrialStatus> rejected) {
        TrialStatus best = rejected.stream()
                .min(Comparator.comparingLong((TrialStatus t) -> count(t, Verdict.FAIL))
                        .thenComparingLong(t -> count(t, Verdict.INCONCLUSIVE))
                        .thenComparingDouble(t -> ParetoFront.latency(Point.of(t)))
                        .thenComparing(TrialStatus::name))
                .orElseThrow();
        return "none of %d measured variants passed all gates; the nearest is %s: %s. Change spec.gates or widen spec.search"
                .formatted(rejected.size(), best.variant(), TrialTransitions.missed(best.gates()));
    }

    private static long count(TrialStatus trial, Verdict verdict) {
        return trial.gates().stream().filter(g -> g.verdict() == verdict).count();
    }

    private static String registryAway(List<TrialStatus> variants) {
        List<TrialStatus> away =
                variants.stream().filter(TrialTransitions::registryAway).toList();
        return "the registry could not be reached for %d of %d trials, and no other passed all gates: %s"
                .formatted(away.size(), variants.size(), listed(away));
    }

    private static String nodeBusy(List<TrialStatus> rejected) {
        List<TrialStatus> busy =
                rejected.stream().filter(TrialTransitions::nodeBusy).toList();
        return "whether %d of %d measured variants pass could not be told, and no other passed all gates: %s"
                .formatted(busy.size(), rejected.size(), listed(busy));
    }
}
