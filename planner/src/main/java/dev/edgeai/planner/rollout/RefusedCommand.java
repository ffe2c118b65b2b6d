package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RejectedDigest;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An annotation that asks for something and that no target of the model acts on. It stands on the model, so a value that is
 * meant for one target is none of the others' business.
 *
 * @param message what is asked for, and what would be understood
 * @param waits whether something moves now that it may have been meant for, so that the condition tells it too
 */
public record RefusedCommand(String message, boolean waits) {
    private static final Set<RolloutPhase> MOVING = EnumSet.of(
            RolloutPhase.PREPARING,
            RolloutPhase.WARMING,
            RolloutPhase.RAMPING,
            RolloutPhase.AWAITING_PROMOTION,
            RolloutPhase.PROMOTING,
            RolloutPhase.BAKING);

    private static final int MOST_UNKNOWN = 3;

    /** Of what somebody else wrote and a message repeats. */
    private static final int LONGEST = 100;

    private static final Set<String> KNOWN =
            Set.of(Labels.PROMOTE, Labels.ABORT, Labels.SKIP, Labels.ROLLBACK_TO, Labels.RETRY, Labels.RECERTIFY);

    /** Phases in which each annotation that names a revision is acted on. */
    private static final Map<String, Set<RolloutPhase>> PHASES = Map.of(
            Labels.PROMOTE, EnumSet.of(RolloutPhase.AWAITING_PROMOTION),
            Labels.ABORT, MOVING,
            Labels.SKIP, EnumSet.of(RolloutPhase.RAMPING, RolloutPhase.BAKING));

    /**
     * All of a model.
     *
     * @param asked its annotations
     * @param targets as they are after the decision
     * @param certified digests that a run of the model holds a certificate of
     */
    public static List<RefusedCommand> of(
            Map<String, String> asked, List<TargetStatus> targets, Set<String> certified) {
        boolean moving = targets.stream().map(TargetStatus::phase).anyMatch(MOVING::contains);
        List<RefusedCommand> all = new ArrayList<>(unknown(asked, moving));
        Stream.of(Labels.PROMOTE, Labels.ABORT, Labels.SKIP)
                .forEach(name -> given(asked, name)
                        .flatMap(value -> ofRevision(name, value, targets, moving))
                        .ifPresent(all::add));
        given(asked, Labels.ROLLBACK_TO)
                .flatMap(value -> ofDigest(value, targets, certified))
                .ifPresent(all::add);
        return List.copyOf(all);
    }

    /**
     * A new value of {@code edgeai.dev/retry} for which there was nothing to try again.
     *
     * @param before what stood in the status when it was looked at
     * @param after what was made of it
     */
    public static Optional<RefusedCommand> ofRetry(List<TargetStatus> before, List<TargetStatus> after) {
        Map<String, TargetStatus> earlier =
                before.stream().collect(Collectors.toMap(TargetStatus::name, Function.identity(), (one, same) -> one));
        Optional<String> taken = after.stream()
                .filter(target -> target.retry() != null)
                .filter(target -> was(earlier, target)
                        .filter(was -> !Objects.equals(target.retry(), was.retry()))
                        .isPresent())
                .map(TargetStatus::retry)
                .findFirst();
        boolean inVain = after.stream()
                .allMatch(target -> was(earlier, target)
                        .filter(was -> changesNothing(was, target))
                        .isPresent());
        boolean held = before.stream()
                .anyMatch(target ->
                        taken.filter(value -> value.equals(target.retry())).isPresent());
        return taken.filter(_ -> inVain && !held)
                .map(value -> new RefusedCommand(
                        "%s=%s finds nothing to try again: no run has failed, and no version was rejected or waits"
                                .formatted(Labels.RETRY, shown(value)),
                        false));
    }

    private static Optional<TargetStatus> was(Map<String, TargetStatus> earlier, TargetStatus target) {
        return Optional.ofNullable(earlier.get(target.name()));
    }

    private static boolean changesNothing(TargetStatus before, TargetStatus after) {
        return before.stable() != null
                && before.rejected().isEmpty()
                && before.waiting() == null
                && before.upgrade() == null
                && Objects.equals(before.run(), after.run());
    }

    /** An annotation of our own domain that means nothing is a slip of the pen; of thousands a few are told. */
    private static List<RefusedCommand> unknown(Map<String, String> asked, boolean moving) {
        return asked.keySet().stream()
                .filter(name -> name.startsWith(Labels.DOMAIN + "/") && !KNOWN.contains(name))
                .sorted()
                .limit(MOST_UNKNOWN)
                .map(name -> new RefusedCommand(
                        "%s means nothing on a model; understood are %s"
                                .formatted(shown(name), KNOWN.stream().sorted().collect(Collectors.joining(", "))),
                        moving))
                .toList();
    }

    private static Optional<RefusedCommand> ofRevision(
            String name, String value, List<TargetStatus> targets, boolean moving) {
        List<String> expected = targets.stream()
                .filter(target -> PHASES.getOrDefault(name, Set.of()).contains(target.phase()))
                .flatMap(target -> moving(target).stream())
                .toList();
        boolean understood = targets.stream()
                        .anyMatch(target -> value.equals(target.consumed().get(name)))
                || Stream.concat(expected.stream(), coming(targets))
                        .anyMatch(revision -> Commands.names(value, revision));
        if (understood) {
            return Optional.empty();
        }
        if (expected.isEmpty()) {
            return known(targets).anyMatch(revision -> Commands.names(value, revision))
                    ? Optional.empty()
                    : Optional.of(new RefusedCommand(
                            "%s=%s names no revision of this model, and nothing waits for that annotation now"
                                    .formatted(name, shown(value)),
                            moving));
        }
        return Optional.of(new RefusedCommand(
                "%s=%s does nothing, as it does not name the revision it is for: %s"
                        .formatted(
                                name,
                                shown(value),
                                expected.stream()
                                        .map(revision -> name + "=" + revision)
                                        .collect(Collectors.joining(" or "))),
                true));
    }

    private static Optional<RefusedCommand> ofDigest(String value, List<TargetStatus> targets, Set<String> certified) {
        boolean known = certified.contains(value)
                || targets.stream()
                        .flatMap(RefusedCommand::versions)
                        .anyMatch(version -> version.digest().equals(value));
        return known
                ? Optional.empty()
                : Optional.of(new RefusedCommand(
                        "%s=%s: no run of this model holds a certificate of that artifact, and nothing newer is brought "
                                        .formatted(Labels.ROLLBACK_TO, shown(value))
                                + "out as long as it stands; name the digest of a certified artifact ("
                                + certified.stream().sorted().limit(3).collect(Collectors.joining(", "))
                                + "), or take the annotation away",
                        true));
    }

    private static String shown(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    private static Optional<String> given(Map<String, String> asked, String name) {
        return Optional.ofNullable(asked.get(name)).filter(value -> !value.isBlank());
    }

    /** What the words of a person would be about. */
    private static Optional<String> moving(TargetStatus target) {
        @Nullable Version version = target.phase() == RolloutPhase.BAKING ? target.stable() : target.candidate();
        return Optional.ofNullable(version).map(Version::revision);
    }

    /** Said early, it counts when its time comes. */
    private static Stream<String> coming(List<TargetStatus> targets) {
        return targets.stream()
                .flatMap(target -> Stream.ofNullable(target.candidate()))
                .map(Version::revision);
    }

    private static Stream<String> known(List<TargetStatus> targets) {
        return targets.stream()
                .flatMap(target -> Stream.concat(
                        versions(target).map(Version::revision),
                        target.rejected().stream().map(RejectedDigest::revision)));
    }

    private static Stream<Version> versions(TargetStatus target) {
        return Stream.of(
                        Optional.ofNullable(target.stable()),
                        Optional.ofNullable(target.candidate()),
                        Optional.ofNullable(target.previous()))
                .flatMap(Optional::stream);
    }
}
