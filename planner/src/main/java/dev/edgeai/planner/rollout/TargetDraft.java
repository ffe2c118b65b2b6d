package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The next status of a target while it is being decided. */
final class TargetDraft {
    /** Rejected versions that are remembered. */
    static final int MAX_REJECTED = 20;

    private final TargetStatus current;
    final TargetStatusBuilder next;
    Instant since;

    TargetDraft(TargetStatus current, Instant now) {
        this.current = current;
        next = TargetStatusBuilder.builder(current);
        // Another operator's clock may have been ahead
        Instant began = current.since() == null ? now : Instant.parse(current.since());
        since = began.isAfter(now) ? now : began;
    }

    /** Whether an annotation asks for this and was not acted on yet; it counts once. */
    boolean consume(String annotation, Optional<String> value, String revision) {
        Optional<String> asked = value.filter(v -> Commands.names(v, revision))
                .filter(v -> !v.equals(next.consumed().get(annotation)));
        asked.ifPresent(v -> {
            Map<String, String> consumed = new TreeMap<>(next.consumed());
            consumed.put(annotation, v);
            next.consumed(consumed);
        });
        return asked.isPresent();
    }

    /** An annotation that was taken away may come again with the same value. */
    void forget(String annotation) {
        Map<String, String> consumed = new TreeMap<>(next.consumed());
        consumed.remove(annotation);
        next.consumed(consumed);
    }

    /** Versions that may have pods. */
    List<Version> live() {
        return Stream.of(next.stable(), next.candidate(), next.previous())
                .flatMap(v -> Optional.ofNullable(v).stream())
                .toList();
    }

    /** Writes down weights and pods as they are. */
    void observe(RolloutObservation seen) {
        next.stable(observed(next.stable(), seen));
        next.candidate(observed(next.candidate(), seen));
        next.previous(observed(next.previous(), seen));
    }

    private static @Nullable Version observed(@Nullable Version v, RolloutObservation seen) {
        if (v == null) {
            return null;
        }
        int weight = seen.traffic().map(t -> t.weightOf(v.revision())).orElse(0);
        return version(v, weight, v.desiredWeight(), seen.ready(v.revision()));
    }

    /** Whether the last decision saw the candidate at this weight of the ramp, beside stable. */
    boolean wasAtWeight(int weight, int pods) {
        Version last = current.candidate();
        Version beside = current.stable();
        return last != null
                && last.desiredWeight() == weight
                && last.weight() > 0
                && last.weight() < 100 // in stable's place is not beside it
                && last.readyReplicas() >= pods
                && beside != null
                && beside.readyReplicas() > 0;
    }

    /** The same version with this much traffic asked for. */
    static Version wanting(Version v, int desiredWeight) {
        return version(v, v.weight(), desiredWeight, v.readyReplicas());
    }

    private static Version version(Version v, int weight, int desiredWeight, int ready) {
        return TargetStatusVersionBuilder.builder(v)
                .weight(weight)
                .desiredWeight(desiredWeight)
                .readyReplicas(ready)
                .build();
    }

    void enter(RolloutPhase phase, Instant now, String why) {
        next.phase(phase).message(why);
        since = now;
        if (phase != RolloutPhase.RAMPING && phase != RolloutPhase.PAUSED && phase != RolloutPhase.AWAITING_PROMOTION) {
            next.step(null);
        }
    }

    void reject(Version version, String reason, String why, Instant now) {
        List<RejectedDigest> rejected = new ArrayList<>(next.rejected());
        rejected.removeIf(r -> r.revision().equals(version.revision()));
        rejected.add(new RejectedDigest(version.digest(), version.revision(), reason, why, now.toString()));
        next.rejected(rejected.subList(Math.max(0, rejected.size() - MAX_REJECTED), rejected.size()));
    }

    TargetStatus build() {
        return next.since(since.toString()).build();
    }

    boolean isRejected(String revision) {
        return next.rejected().stream().anyMatch(r -> r.revision().equals(revision));
    }
}
