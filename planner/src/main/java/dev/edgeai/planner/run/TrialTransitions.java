package dev.edgeai.planner.run;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatusBuilder;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.gate.BusyNode;
import dev.edgeai.planner.gate.GateEvaluation;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.technique.Candidate;
import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How a trial's status follows from its Job. */
public final class TrialTransitions {
    /** Why a trial that was measured has no certificate. */
    private static final Set<Reason> UNCERTIFIED = EnumSet.of(Reason.CERTIFICATION_FAILED, Reason.REGISTRY_UNAVAILABLE);

    public static TrialStatus planned(Candidate c, Depth depth) {
        return untried(c, depth).build();
    }

    /** The source itself as what is to serve; in full, as it is certified. */
    static TrialStatus plannedSource() {
        return TrialStatusBuilder.builder()
                .name(TrialStatus.SOURCE)
                .depth(Depth.FULL)
                .phase(TrialPhase.PENDING)
                .build();
    }

    private static TrialStatusBuilder untried(Candidate c, @Nullable Depth depth) {
        return TrialStatusBuilder.builder()
                .name(c.name())
                .framework(c.framework())
                .technique(c.technique())
                .parameters(c.parameters())
                .stage(c.stage())
                .base(c.base())
                .depth(depth)
                .phase(TrialPhase.PENDING);
    }

    /** With what was planned of a trial, and nothing of what was found out. */
    private static TrialStatusBuilder anew(TrialStatus t) {
        return t.ofSource() ? TrialStatusBuilder.builder(plannedSource()) : untried(Candidate.of(t), t.depth());
    }

    /** A screened trial that is to be measured in full. Until then it keeps what the screening found. */
    static TrialStatus promoted(TrialStatus t) {
        TrialStatusBuilder next = TrialStatusBuilder.builder(t);
        next.phase(TrialPhase.PENDING);
        next.depth(Depth.FULL);
        next.message(null);
        return next.build();
    }

    static TrialStatus leftOut(TrialStatus t, String why) {
        TrialStatusBuilder next = TrialStatusBuilder.builder(t);
        next.message(why);
        return next.build();
    }

    /** A trial that was not begun, or not ended, in time; one that was screened stays so. */
    static TrialStatus overBudget(TrialStatus t, String spent) {
        return failed(t, new Failure(Reason.BUDGET_EXCEEDED.text(), spent), Optional.empty());
    }

    /** The Job that an open trial is at. */
    static JobKey job(TrialStatus t) {
        boolean screened = !RunDraft.done(t) && t.digest() != null;
        return screened ? JobKey.full(t.name()) : JobKey.trial(t.name());
    }

    /** What the Job says now; a Job that is gone without a result leaves the trial to be started again. */
    public static TrialStatus absorb(
            TrialStatus t, JobState<TrialResult> job, Gates gates, @Nullable Measurement baseline) {
        return switch (job) {
            case JobState.Missing<TrialResult> _ -> open(t, TrialPhase.PENDING, Optional.empty(), Optional.empty());
            case JobState.Pending<TrialResult> p -> open(t, TrialPhase.PENDING, Optional.empty(), p.message());
            case JobState.Running<TrialResult> r -> open(t, TrialPhase.RUNNING, r.node(), Optional.empty());
            case JobState.Failed<TrialResult> f -> failed(t, f.failure(), f.node());
            case JobState.Succeeded<TrialResult> s -> measured(t, s.result(), s.node(), gates, baseline);
        };
    }

    private static TrialStatus open(TrialStatus t, TrialPhase phase, Optional<String> node, Optional<String> message) {
        TrialStatusBuilder next = TrialStatusBuilder.builder(t);
        next.phase(phase);
        next.node(node.orElse(null));
        next.message(message.orElse(null));
        return next.build();
    }

    static TrialStatus failed(TrialStatus t, Failure failure, Optional<String> node) {
        TrialStatusBuilder next = anew(t);
        next.phase(TrialPhase.FAILED);
        next.node(node.orElse(t.node()));
        next.versions(t.versions());
        next.reason(failure.reason());
        next.message(failure.message());
        return next.build();
    }

    private static TrialStatus measured(
            TrialStatus t, TrialResult result, Optional<String> node, Gates gates, @Nullable Measurement baseline) {
        Measurement variant = result.variant();
        Comparison comparison = result.comparison();
        if (variant == null || comparison == null || result.digest() == null) {
            return failed(
                    t,
                    new Failure(
                            Reason.MEASUREMENT_FAILED.text(),
                            "the trial's pod succeeded but reported no variant, comparison or digest; see its log"),
                    node);
        }
        TrialStatusBuilder next = anew(t);
        next.node(node.orElse(t.node()));
        next.measurement(variant);
        next.comparison(comparison);
        next.digest(result.digest());
        next.versions(result.versions());
        next.joulesSpent(sum(t.joulesSpent(), result.joulesSpent()));
        next.nondeterministic(result.nondeterministic());
        if (t.depth() == Depth.SCREENING) {
            next.phase(TrialPhase.SCREENED);
            next.comparison(baseline == null ? comparison : comparison.withMemoryOf(baseline, variant));
            next.message("measured on few samples");
        } else {
            judge(next, GateEvaluation.evaluate(gates, variant, comparison));
        }
        return next.build();
    }

    static void judge(TrialStatusBuilder next, List<GateResult> results) {
        boolean passes = GateEvaluation.overall(results) == Verdict.PASS;
        Measurement measurement = next.measurement();
        boolean busy = measurement != null && BusyNode.leavesOpen(measurement, results);
        next.phase(passes ? TrialPhase.ACCEPTED : TrialPhase.REJECTED);
        next.gates(results);
        next.reason(busy ? Reason.NODE_BUSY.text() : null);
        next.message(passes ? null : missed(results));
    }

    private static @Nullable Decimal sum(@Nullable Decimal a, @Nullable Decimal b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return new Decimal(a.value().add(b.value()));
    }

    /** The gates that did not pass, in their own words. */
    static String missed(List<GateResult> gates) {
        return gates.stream()
                .filter(g -> g.verdict() == Verdict.FAIL || g.verdict() == Verdict.INCONCLUSIVE)
                .map(g -> String.valueOf(g.message()))
                .collect(Collectors.joining("; "));
    }

    /** A trial whose certificate could not be signed. It keeps its measurement. */
    static TrialStatus uncertified(TrialStatus t, Failure failure) {
        TrialStatusBuilder next = TrialStatusBuilder.builder(t);
        next.reason(
                Reason.of(failure) == Reason.REGISTRY_UNAVAILABLE
                        ? failure.reason()
                        : Reason.CERTIFICATION_FAILED.text());
        next.message(failure.reason() + ": " + failure.message());
        return next.build();
    }

    /** Whether it may have a certificate: it passed, or it is the source, whose certificate says what it missed. */
    static boolean certifiable(TrialStatus t) {
        return (t.phase() == TrialPhase.ACCEPTED || (t.ofSource() && t.phase() == TrialPhase.REJECTED))
                && !certificationFailed(t);
    }

    static boolean certificationFailed(TrialStatus t) {
        return t.measurement() != null
                && t.reason() != null
                && UNCERTIFIED.contains(Reason.of(t.reason()).orElse(Reason.TRIAL_FAILED));
    }

    /** Whether it came to its end because the registry was away, which tells nothing about the variant. */
    static boolean registryAway(TrialStatus t) {
        return Reason.REGISTRY_UNAVAILABLE.text().equals(t.reason());
    }

    /** Whether the node was too busy to tell whether it passes, which tells nothing about the variant. */
    public static boolean nodeBusy(TrialStatus t) {
        return t.phase() == TrialPhase.REJECTED && Reason.NODE_BUSY.text().equals(t.reason());
    }

    private TrialTransitions() {}
}
