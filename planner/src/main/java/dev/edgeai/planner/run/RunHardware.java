package dev.edgeai.planner.run;

import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.planner.run.RunObservation.Matched;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The accelerator class of a run: the one asked for, or its fallback when that one has no node at the start. It is chosen
 * once, because measurements of two classes cannot be compared.
 */
final class RunHardware {
    private final OptimizationRunSpec spec;
    private final RunObservation seen;
    private final RunDraft draft;

    RunHardware(OptimizationRunSpec spec, RunObservation seen, RunDraft draft) {
        this.spec = spec;
        this.seen = seen;
        this.draft = draft;
    }

    /** What a run that is bound to none takes now; absent while no node is there. */
    Optional<Matched> choice() {
        Optional<Matched> requested = seen.accelerators().requested();
        return requested
                .filter(m -> m.nodes() > 0)
                .or(() -> requested.isPresent()
                        ? seen.accelerators().fallback().filter(m -> m.nodes() > 0)
                        : Optional.empty());
    }

    /** The profile the run is bound to, or asks for while it is bound to none. */
    Optional<Matched> matched() {
        String name = name();
        return seen.accelerators()
                .requested()
                .filter(m -> m.profile().name().equals(name))
                .or(() -> seen.accelerators()
                        .fallback()
                        .filter(m -> m.profile().name().equals(name)));
    }

    /** CPU features of the nodes the run is bound to; absent when they do not tell. */
    Optional<Set<String>> cpuFeatures() {
        return Optional.ofNullable(draft.next.cpuFeatures()).map(Set::copyOf);
    }

    /** Nodes that come later may take features away, and add none: what was measured already ran on the others. */
    void keepCpuFeatures() {
        Optional<Set<String>> known = cpuFeatures();
        matched()
                .flatMap(Matched::cpuFeatures)
                .ifPresent(now -> draft.next.cpuFeatures(now.stream()
                        .filter(feature -> known.isEmpty() || known.get().contains(feature))
                        .sorted()
                        .toList()));
    }

    /** Whether a Ready node of it is there now. */
    boolean hasNode() {
        return nodes() > 0;
    }

    /** How many are there now. */
    int nodes() {
        return matched().map(Matched::nodes).orElse(0);
    }

    /** Why nothing can be started; a person has to add a profile, or label or add a node. */
    Conditions missing() {
        return matched()
                .map(m -> draft.conditions.stalled(Reason.NO_MATCHING_NODE, noNode(m)))
                .orElseGet(() -> draft.conditions.stalled(
                        Reason.UNKNOWN_ACCELERATOR,
                        "no accelerator profile is named '%s'; name one of the operator's configuration or add it there"
                                .formatted(name())));
    }

    private String noNode(Matched matched) {
        String labels = matched.profile().nodeSelector().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
        String fallback = seen.accelerators()
                .fallback()
                .map(f -> "its fallback '%s' has no Ready node either"
                        .formatted(f.profile().name()))
                .orElse("the profile names no fallback");
        return "0 Ready nodes carry %s (accelerator '%s'), and %s; label a node: kubectl label node <name> %s"
                .formatted(labels, matched.profile().name(), fallback, labels.replace(',', ' '));
    }

    private String name() {
        return draft.next.accelerator() != null ? draft.next.accelerator() : spec.accelerator();
    }

    /** To be added to a message: nothing, or that a fallback took over. */
    String note() {
        return spec.accelerator().equals(draft.next.accelerator()) ? "" : "; " + fallbackSentence();
    }

    String fallbackSentence() {
        return "no Ready node has accelerator '%s', so its fallback '%s' took over"
                .formatted(spec.accelerator(), draft.next.accelerator());
    }
}
