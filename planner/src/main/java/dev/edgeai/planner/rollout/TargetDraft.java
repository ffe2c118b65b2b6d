package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.AnalysisResult;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatus.Waiting;
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
    RolloutPhase phase;

    @Nullable
    Integer step;

    Instant since;

    @Nullable
    RolloutPhase pausedPhase;

    @Nullable
    Version stable;

    @Nullable
    Version candidate;

    @Nullable
    Version previous;

    List<AnalysisResult> analysis;

    @Nullable
    Rollback lastRollback;

    List<RejectedDigest> rejected;

    @Nullable
    String retry;

    @Nullable
    Waiting waiting;

    Map<String, String> consumed;

    @Nullable
    String message;

    TargetDraft(TargetStatus current, Instant now) {
        this.current = current;
        phase = current.phase();
        step = current.step();
        // Another operator's clock may have been ahead
        Instant began = current.since() == null ? now : Instant.parse(current.since());
        since = began.isAfter(now) ? now : began;
        pausedPhase = current.pausedPhase();
        stable = current.stable();
        candidate = current.candidate();
        previous = current.previous();
        analysis = current.analysis();
        lastRollback = current.lastRollback();
        rejected = current.rejected();
        retry = current.retry();
        message = current.message();
        waiting = current.waiting();
        consumed = current.consumed();
    }

    /** Whether an annotation asks for this and was not acted on yet; it counts once. */
    boolean consume(String annotation, Optional<String> value, String revision) {
        Optional<String> asked =
                value.filter(v -> Commands.names(v, revision)).filter(v -> !v.equals(consumed.get(annotation)));
        asked.ifPresent(v -> {
            Map<String, String> next = new TreeMap<>(consumed);
            next.put(annotation, v);
            consumed = next;
        });
        return asked.isPresent();
    }

    /** An annotation that was taken away may come again with the same value. */
    void forget(String annotation) {
        if (consumed.containsKey(annotation)) {
            Map<String, String> next = new TreeMap<>(consumed);
            next.remove(annotation);
            consumed = next;
        }
    }

    /** Versions that may have pods. */
    List<Version> live() {
        return Stream.of(stable, candidate, previous)
                .flatMap(v -> Optional.ofNullable(v).stream())
                .toList();
    }

    /** Writes down weights and pods as they are. */
    void observe(RolloutObservation seen) {
        stable = observed(stable, seen);
        candidate = observed(candidate, seen);
        previous = observed(previous, seen);
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

    void enter(RolloutPhase next, Instant now, String why) {
        phase = next;
        since = now;
        message = why;
        if (next != RolloutPhase.RAMPING && next != RolloutPhase.PAUSED && next != RolloutPhase.AWAITING_PROMOTION) {
            step = null;
        }
    }

    void reject(Version version, String reason, String why, Instant now) {
        List<RejectedDigest> next = new ArrayList<>(rejected);
        next.removeIf(r -> r.revision().equals(version.revision()));
        next.add(new RejectedDigest(version.digest(), version.revision(), reason, why, now.toString()));
        rejected = next.subList(Math.max(0, next.size() - MAX_REJECTED), next.size());
    }

    TargetStatus build() {
        return TargetStatusBuilder.builder(current)
                .phase(phase)
                .step(step)
                .since(since.toString())
                .pausedPhase(pausedPhase)
                .stable(stable)
                .candidate(candidate)
                .previous(previous)
                .analysis(analysis)
                .lastRollback(lastRollback)
                .rejected(rejected)
                .retry(retry)
                .message(message)
                .waiting(waiting)
                .consumed(consumed)
                .build();
    }

    boolean isRejected(String revision) {
        return rejected.stream().anyMatch(r -> r.revision().equals(revision));
    }
}
