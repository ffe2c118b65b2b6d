package dev.edgeai.planner.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Conditions of a resource, as a value. {@code lastTransitionTime} changes only when the status does; {@code reason},
 * {@code message} and {@code observedGeneration} are always the newest. Order is kept, new types go to the end.
 */
public final class Conditions {
    public static final String READY = "Ready";
    public static final String RECONCILING = "Reconciling";
    public static final String STALLED = "Stalled";
    public static final String OPTIMIZED = "Optimized";
    public static final String DEGRADED = "Degraded";
    public static final String SOURCE_MOVED = "SourceMoved";

    private final List<Condition> conditions;
    private final long generation;
    private final Instant now;

    private Conditions(List<Condition> conditions, long generation, Instant now) {
        this.conditions = List.copyOf(conditions);
        this.generation = generation;
        this.now = now;
    }

    /**
     * @param current as they stand in status
     * @param generation {@code metadata.generation} that is being acted on
     * @param now time of a transition, if there is one; kept to the second, as the API does
     */
    public static Conditions of(List<Condition> current, long generation, Instant now) {
        return new Conditions(current, generation, now.truncatedTo(ChronoUnit.SECONDS));
    }

    /** The same conditions with one of this type and status. */
    public Conditions with(String type, boolean status, Reason reason, String message) {
        return with(type, status ? "True" : "False", reason, message);
    }

    /** The same conditions with one of this type that nothing certain can be said of. */
    public Conditions unknown(String type, Reason reason, String message) {
        return with(type, "Unknown", reason, message);
    }

    /** The same conditions without the one of this type: nothing is to be said of it. */
    public Conditions without(String type) {
        return new Conditions(
                conditions.stream().filter(c -> !type.equals(c.getType())).toList(), generation, now);
    }

    private Conditions with(String type, String word, Reason reason, String message) {
        Optional<Condition> before = find(conditions, type);
        String since = before.filter(c -> word.equals(c.getStatus()))
                .map(Condition::getLastTransitionTime)
                .filter(Objects::nonNull)
                .orElse(now.toString());
        Condition after = new ConditionBuilder()
                .withType(type)
                .withStatus(word)
                .withReason(reason.text())
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build();
        List<Condition> next = new ArrayList<>(conditions);
        before.ifPresentOrElse(b -> next.set(next.indexOf(b), after), () -> next.add(after));
        return new Conditions(next, generation, now);
    }

    /** Work goes on: {@code Reconciling=True}, {@code Stalled=False}, {@code Ready=False}. */
    public Conditions progressing(Reason reason, String message) {
        return with(READY, false, reason, message)
                .with(RECONCILING, true, reason, message)
                .with(STALLED, false, reason, message);
    }

    /** A person has to act: {@code Stalled=True}, {@code Reconciling=False}, {@code Ready=False}. */
    public Conditions stalled(Reason reason, String message) {
        return with(READY, false, reason, message)
                .with(RECONCILING, false, reason, message)
                .with(STALLED, true, reason, message);
    }

    /** Done: {@code Ready=True}, {@code Reconciling=False}, {@code Stalled=False}. */
    public Conditions ready(Reason reason, String message) {
        return with(READY, true, reason, message)
                .with(RECONCILING, false, reason, message)
                .with(STALLED, false, reason, message);
    }

    public List<Condition> list() {
        return conditions;
    }

    public static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> type.equals(c.getType())).findFirst();
    }

    /** Whether the condition of this type is {@code True}. */
    public static boolean isTrue(List<Condition> conditions, String type) {
        return find(conditions, type).map(c -> "True".equals(c.getStatus())).orElse(false);
    }
}
