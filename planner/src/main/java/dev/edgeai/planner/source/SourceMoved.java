package dev.edgeai.planner.source;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.SourceTag;
import dev.edgeai.planner.source.TagWatch.Run;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The condition {@code SourceMoved} of a model: true as long as the source's tag has another content than the model was
 * optimized from and nobody has said what to do about it. It is absent where nothing was looked at.
 */
public final class SourceMoved {
    private final ModelSource source;
    private final SourceTag known;
    private final List<Run> runs;

    private SourceMoved(ModelSource source, SourceTag known, List<Run> runs) {
        this.source = source;
        this.known = known;
        this.runs = runs;
    }

    /**
     * The conditions with what is known of the tag.
     *
     * @param known as it is to be written
     * @param runs of the present inputs
     */
    public static Conditions tell(
            Conditions conditions, ModelSource source, Optional<SourceTag> known, List<Run> runs) {
        return known.filter(tag -> tag.lookedAt() != null || tag.failures() != null)
                .map(tag -> new SourceMoved(source, tag, runs).tell(conditions))
                .orElseGet(() -> conditions.without(Conditions.SOURCE_MOVED));
    }

    /** What an Event tells of a tag that has moved. */
    public static String sentence(ModelSource source, SourceTag known, List<Run> runs) {
        return new SourceMoved(source, known, runs).moved();
    }

    private Conditions tell(Conditions conditions) {
        String type = Conditions.SOURCE_MOVED;
        if (known.digest() == null) {
            return conditions.unknown(type, Reason.TAG_UNKNOWN, tag() + " could not be looked at" + failure());
        }
        if (TagWatch.isMoved(known, runs)) {
            return conditions.with(type, true, Reason.TAG_MOVED, moved() + failure());
        }
        if (known.digest().equals(known.followed())) {
            String names = runs.stream().map(Run::name).collect(Collectors.joining(", "));
            return conditions.with(
                    type, false, Reason.TAG_FOLLOWED, has() + ", and was followed: run " + names + failure());
        }
        boolean same = !runs.isEmpty()
                && runs.stream().allMatch(run -> run.digest().equals(Optional.ofNullable(known.digest())));
        return same
                ? conditions.with(
                        type, false, Reason.TAG_UNMOVED, has() + ", which the model was optimized from" + failure())
                : conditions.unknown(
                        type,
                        Reason.WAITING_FOR_RUN,
                        has() + "; it is looked at again when the present run has ended" + failure());
    }

    private String moved() {
        String before = runs.stream()
                .flatMap(run -> run.digest().stream())
                .filter(digest -> !digest.equals(known.digest()))
                .distinct()
                .collect(Collectors.joining(" and "));
        String next = Boolean.TRUE.equals(source.followTag())
                ? "it is followed (spec.source.followTag)"
                : "what serves is of the old content; to optimize the new one annotate %s with a new value, or set "
                                .formatted(Labels.RETRY)
                        + "spec.source.followTag to follow each move";
        return "%s; the model was optimized from %s: %s".formatted(has(), before, next);
    }

    private String has() {
        return "%s had %s at %s".formatted(tag(), known.digest(), known.lookedAt());
    }

    private String tag() {
        return "tag '%s' of %s".formatted(TaggedSource.tag(source).orElse(""), source.uri());
    }

    private String failure() {
        return known.failures() == null
                ? ""
                : "; the last look, at %s, came to nothing (%s), %d in a row: the next one is later"
                        .formatted(known.lastLook(), Objects.requireNonNullElse(known.failure(), ""), known.failures());
    }
}
