package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatusBuilder;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.technique.Candidate;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** A trial's status in the making: what was planned stays, what is found out changes. */
final class TrialDraft {
    private final Candidate candidate;
    TrialPhase phase = TrialPhase.PENDING;

    @Nullable
    String node;

    @Nullable
    Measurement measurement;

    @Nullable
    Comparison comparison;

    List<GateResult> gates = List.of();

    @Nullable
    String digest;

    Map<String, String> versions = Map.of();

    @Nullable
    String reason;

    @Nullable
    String message;

    @Nullable
    Depth depth;

    @Nullable
    Decimal joulesSpent;

    @Nullable
    String nondeterministic;

    @Nullable
    String inheritedFrom;

    private TrialDraft(Candidate candidate) {
        this.candidate = candidate;
    }

    /** Of a trial that was not looked at yet. */
    static TrialDraft planned(Candidate candidate) {
        return new TrialDraft(candidate);
    }

    /** With what was planned of a trial, and nothing of what was found out. */
    static TrialDraft anew(TrialStatus t) {
        TrialDraft draft = new TrialDraft(Candidate.of(t));
        draft.depth = t.depth();
        return draft;
    }

    /** With all that is known of a trial. */
    static TrialDraft of(TrialStatus t) {
        TrialDraft draft = anew(t);
        draft.phase = t.phase();
        draft.node = t.node();
        draft.measurement = t.measurement();
        draft.comparison = t.comparison();
        draft.gates = t.gates();
        draft.digest = t.digest();
        draft.versions = t.versions();
        draft.reason = t.reason();
        draft.message = t.message();
        draft.joulesSpent = t.joulesSpent();
        draft.nondeterministic = t.nondeterministic();
        draft.inheritedFrom = t.inheritedFrom();
        return draft;
    }

    TrialStatus build() {
        return TrialStatusBuilder.builder()
                .name(candidate.name())
                .framework(candidate.framework())
                .technique(candidate.technique())
                .parameters(candidate.parameters())
                .phase(phase)
                .node(node)
                .measurement(measurement)
                .comparison(comparison)
                .gates(gates)
                .digest(digest)
                .versions(versions)
                .reason(reason)
                .message(message)
                .stage(candidate.stage())
                .depth(depth)
                .base(candidate.base())
                .joulesSpent(joulesSpent)
                .nondeterministic(nondeterministic)
                .inheritedFrom(inheritedFrom)
                .build();
    }
}
