package dev.edgeai.planner.optimization;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.Comparison;
import dev.edgeai.api.v1alpha1.GateResult;
import dev.edgeai.api.v1alpha1.Gates;
import dev.edgeai.api.v1alpha1.Measurement;
import dev.edgeai.api.v1alpha1.TrialPhase;
import dev.edgeai.api.v1alpha1.TrialStatus;
import dev.edgeai.api.v1alpha1.Verdict;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.status.Reason;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a trial's status follows from its Job. */
final class Trials {
    static TrialStatus planned(Candidate c) {
        return TrialDraft.planned(c).build();
    }

    static Candidate candidate(TrialStatus t) {
        return new Candidate(t.name(), t.framework(), t.technique(), t.parameters(), t.stage(), t.base());
    }

    /** What the Job says now; a Job that is gone without a result leaves the trial to be started again. */
    static TrialStatus absorb(TrialStatus t, JobState<TrialResult> job, Gates gates) {
        return switch (job) {
            case JobState.Missing<TrialResult> m -> open(t, TrialPhase.PENDING, Optional.empty(), Optional.empty());
            case JobState.Pending<TrialResult> p -> open(t, TrialPhase.PENDING, Optional.empty(), p.message());
            case JobState.Running<TrialResult> r -> open(t, TrialPhase.RUNNING, r.node(), Optional.empty());
            case JobState.Failed<TrialResult> f -> failed(t, f.failure(), f.node());
            case JobState.Succeeded<TrialResult> s -> measured(t, s.result(), s.node(), gates);
        };
    }

    private static TrialStatus open(TrialStatus t, TrialPhase phase, Optional<String> node, Optional<String> message) {
        TrialDraft draft = TrialDraft.anew(t);
        draft.phase = phase;
        draft.node = node.orElse(null);
        draft.message = message.orElse(null);
        return draft.build();
    }

    static TrialStatus failed(TrialStatus t, Failure failure, Optional<String> node) {
        TrialDraft draft = TrialDraft.anew(t);
        draft.phase = TrialPhase.FAILED;
        draft.node = node.orElse(t.node());
        draft.versions = t.versions();
        draft.reason = failure.reason();
        draft.message = failure.message();
        return draft.build();
    }

    private static TrialStatus measured(TrialStatus t, TrialResult result, Optional<String> node, Gates gates) {
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
        List<GateResult> results = GateEvaluation.evaluate(gates, variant, comparison);
        boolean passes = GateEvaluation.overall(results) == Verdict.PASS;
        TrialDraft draft = TrialDraft.anew(t);
        draft.phase = passes ? TrialPhase.ACCEPTED : TrialPhase.REJECTED;
        draft.node = node.orElse(t.node());
        draft.measurement = variant;
        draft.comparison = comparison;
        draft.gates = results;
        draft.digest = result.digest();
        draft.versions = result.versions();
        draft.message = passes ? null : missed(results);
        draft.joulesSpent = result.joulesSpent();
        draft.nondeterministic = result.nondeterministic();
        return draft.build();
    }

    /** The gates that did not pass, in their own words. */
    static String missed(List<GateResult> gates) {
        return gates.stream()
                .filter(g -> g.verdict() == Verdict.FAIL || g.verdict() == Verdict.INCONCLUSIVE)
                .map(g -> String.valueOf(g.message()))
                .collect(Collectors.joining("; "));
    }

    /** An accepted trial whose certificate could not be signed. It keeps its measurement. */
    static TrialStatus uncertified(TrialStatus t, Failure failure) {
        TrialDraft draft = TrialDraft.of(t);
        draft.reason = Reason.of(failure) == Reason.REGISTRY_UNAVAILABLE
                ? failure.reason()
                : Reason.CERTIFICATION_FAILED.text();
        draft.message = failure.reason() + ": " + failure.message();
        return draft.build();
    }

    static boolean certificationFailed(TrialStatus t) {
        return t.phase() == TrialPhase.ACCEPTED && t.reason() != null;
    }

    /** Whether it came to its end because the registry was away, which tells nothing about the variant. */
    static boolean registryAway(TrialStatus t) {
        return Reason.REGISTRY_UNAVAILABLE.text().equals(t.reason());
    }

    private Trials() {}
}
