package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.gate.Gates;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatusBuilder;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.planner.gate.BusyNode;
import dev.edgeai.planner.gate.GateEvaluation;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.technique.Candidate;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Trials of an earlier run, as another one takes them over. */
final class InheritedTrials {
    /**
     * What a trial fails with again under the same conditions, of which its memory and its time are two; so are a
     * framework's own words. Anything else may have been the environment.
     */
    private static final Set<Reason> OF_THE_MODEL = EnumSet.of(
            Reason.UNSUPPORTED_MODEL,
            Reason.OPTIMIZATION_FAILED,
            Reason.NO_EFFECT,
            Reason.MEASUREMENT_FAILED,
            Reason.OUT_OF_MEMORY,
            Reason.DEADLINE_EXCEEDED);

    /** The same with the run that measured it. */
    static TrialStatus from(String run, TrialStatus t) {
        TrialStatusBuilder next = TrialStatusBuilder.builder(t);
        next.inheritedFrom(Objects.requireNonNullElse(t.inheritedFrom(), run));
        return next.build();
    }

    /** For other certificates: one that was refused may be signed now. */
    static Optional<TrialStatus> asItIs(TrialStatus t) {
        if (!TrialTransitions.certificationFailed(t)) {
            return Optional.of(t);
        }
        TrialStatusBuilder next = TrialStatusBuilder.builder(t);
        next.reason(null);
        next.message(null);
        return Optional.of(next.build());
    }

    /** By these gates; absent when nothing is known of it, so that the search may try it as any other. */
    static Optional<TrialStatus> judged(TrialStatus t, Gates gates) {
        return switch (t.phase()) {
            case ACCEPTED, REJECTED ->
                Optional.of(judgedAnew(t, gates)).filter(next -> RunDraft.done(next) || !next.ofSource());
            case SCREENED -> Optional.of(TrialTransitions.leftOut(t, "measured on few samples"));
            case FAILED -> Optional.of(t).filter(InheritedTrials::failsAgain);
            case PENDING, RUNNING -> Optional.empty();
        };
    }

    private static boolean failsAgain(TrialStatus t) {
        return t.reason() != null
                && Reason.of(t.reason()).map(OF_THE_MODEL::contains).orElse(true);
    }

    private static TrialStatus judgedAnew(TrialStatus t, Gates gates) {
        Measurement measurement = t.measurement();
        Comparison comparison = t.comparison();
        if (measurement == null || comparison == null) {
            return measuredAgain(t);
        }
        List<GateResult> results = GateEvaluation.evaluate(gates, measurement, comparison);
        if (BusyNode.leavesOpen(measurement, results) || results.stream().anyMatch(gate -> wasNotAsked(gate, t))) {
            return measuredAgain(t);
        }
        TrialStatusBuilder next = TrialStatusBuilder.builder(t);
        TrialTransitions.judge(next, results);
        return next.build();
    }

    /** A gate on what was not measured, and was not missing already when the trial was judged before. */
    private static boolean wasNotAsked(GateResult gate, TrialStatus t) {
        return gate.value() == null
                && t.gates().stream().noneMatch(g -> g.name().equals(gate.name()) && g.value() == null);
    }

    /** The variant that is there, in full; of MLX, which is evaluated where it is made, another one. */
    private static TrialStatus measuredAgain(TrialStatus t) {
        if (t.framework() == Framework.MLX || t.digest() == null) {
            return TrialTransitions.planned(Candidate.of(t), Depth.FULL);
        }
        TrialStatusBuilder next = TrialStatusBuilder.builder(TrialTransitions.promoted(t));
        next.gates(List.of());
        next.reason(null);
        next.inheritedFrom(null);
        return next.build();
    }

    private InheritedTrials() {}
}
