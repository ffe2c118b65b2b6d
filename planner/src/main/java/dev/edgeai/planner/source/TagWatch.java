package dev.edgeai.planner.source;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.ResolveResult;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.SourceTag;
import dev.edgeai.api.v1alpha1.source.SourceTagBuilder;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.Times;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Looks at the tag of a model's source from time to time, by a Job: whether it is time for one, whether the tag has moved
 * since the model was optimized, and whether that is followed. See docs/decisions/moved-tags.md.
 */
public final class TagWatch {
    /** The longest pause after looks that came to nothing, where the interval is not longer itself. */
    private static final Duration LONGEST_PAUSE = Duration.ofHours(24);

    /** Doublings after which the longest pause is reached in any case: 1 s is doubled to a day by 17. */
    private static final int MOST_DOUBLINGS = 17;

    private static final int LONGEST_FAILURE = 300;
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /**
     * What is decided upon.
     *
     * @param source of the model
     * @param suspended nothing moves
     * @param retry value of the annotation {@code edgeai.dev/retry}
     * @param known as it was written last
     * @param runs of the present inputs, one for each target
     * @param look the Job of the next look, {@code Missing} when there is none
     * @param interval from look to look; zero: never
     */
    public record Seen(
            ModelSource source,
            boolean suspended,
            Optional<String> retry,
            Optional<SourceTag> known,
            List<Run> runs,
            JobState<ResolveResult> look,
            Duration interval) {
        public Seen {
            runs = List.copyOf(runs);
        }
    }

    /**
     * A run, as far as it matters here.
     *
     * @param name of it
     * @param ended well or not
     * @param digest of the source it is of; absent as long as it has not resolved it
     * @param completed when it ended
     */
    public record Run(String name, boolean ended, Optional<String> digest, Optional<Instant> completed) {}

    /** What becomes of the Job of the next look. */
    public enum Act {
        /** It is to be made. */
        START,
        /** It goes on. */
        WAIT,
        /** There is none, or it is wanted no more: it was read, or nobody asks. */
        NONE
    }

    /**
     * What is decided.
     *
     * @param known to be written; absent where the source has no tag, or nothing is known of it
     * @param act about the Job
     * @param moved the digest that was found by a look that ends now and that is news
     * @param again when to decide again, though nothing happens
     */
    public record Decision(Optional<SourceTag> known, Act act, Optional<String> moved, Optional<Duration> again) {
        /** The same after the Job could not be made: that is a look that came to nothing. */
        public Decision refused(String why, Instant now) {
            return new Decision(known.map(tag -> failed(tag, why, now)), Act.NONE, moved, again);
        }
    }

    private final Seen seen;
    private final Instant now;

    private TagWatch(Seen seen, Instant now) {
        this.seen = seen;
        this.now = now;
    }

    public static Decision decide(Seen seen, Instant now) {
        return new TagWatch(seen, now).decide();
    }

    private Decision decide() {
        Optional<SourceTag> known = TaggedSource.known(seen.source(), seen.known());
        if (TaggedSource.tag(seen.source()).isEmpty()) {
            return rest(Optional.empty());
        }
        if (seen.interval().isZero()) {
            // What was followed stays so: another run would be made otherwise
            return rest(known.filter(tag -> tag.followed() != null).map(TagWatch::followedOnly));
        }
        if (seen.suspended() || !isOptimized()) {
            return rest(known);
        }
        SourceTag tag = known.orElseGet(this::unknown);
        return look(Times.read(tag.lastLook()).isPresent() ? tag : begun(tag));
    }

    private Decision look(SourceTag tag) {
        return switch (seen.look()) {
            case JobState.Succeeded<ResolveResult>(ResolveResult result, var node) -> read(tag, result);
            case JobState.Failed<ResolveResult>(Failure failure, var node) ->
                follow(failed(tag, sentence(failure), now), Act.NONE, Optional.empty());
            case JobState.Pending<ResolveResult> _ -> follow(tag, Act.WAIT, Optional.empty());
            case JobState.Running<ResolveResult> _ -> follow(tag, Act.WAIT, Optional.empty());
            case JobState.Missing<ResolveResult> _ ->
                follow(tag, due(tag).isAfter(now) ? Act.NONE : Act.START, Optional.empty());
        };
    }

    private Decision read(SourceTag tag, ResolveResult result) {
        String digest = result.digest();
        if (digest == null || !DIGEST.matcher(digest).matches()) {
            return follow(failed(tag, "it gave '" + digest + "', which is no digest", now), Act.NONE, Optional.empty());
        }
        boolean told = digest.equals(tag.digest()) && isMoved(tag, seen.runs());
        SourceTag found = SourceTagBuilder.builder(tag)
                .lastLook(now.toString())
                .digest(digest)
                .lookedAt(now.toString())
                .failures(null)
                .failure(null)
                .retry(told ? tag.retry() : seen.retry().orElse(null))
                .build();
        boolean news = isMoved(found, seen.runs()) && !told;
        return follow(found, Act.NONE, news ? Optional.of(digest) : Optional.empty());
    }

    /** Once for each digest: runs are made of it from now on, and the digest that is followed is not followed again. */
    private Decision follow(SourceTag tag, Act act, Optional<String> news) {
        boolean asked = Boolean.TRUE.equals(seen.source().followTag())
                || seen.retry().filter(value -> !value.equals(tag.retry())).isPresent();
        boolean follows = asked && isMoved(tag, seen.runs()) && !Objects.equals(tag.digest(), tag.followed());
        SourceTag next =
                follows ? SourceTagBuilder.builder(tag).followed(tag.digest()).build() : tag;
        Duration left = Duration.between(now, due(next));
        return new Decision(Optional.of(next), act, news, act == Act.NONE ? Optional.of(left) : Optional.empty());
    }

    private static Decision rest(Optional<SourceTag> known) {
        return new Decision(known, Act.NONE, Optional.empty(), Optional.empty());
    }

    /** All runs have ended, and one of them knows what it was made of. */
    private boolean isOptimized() {
        return seen.runs().stream().allMatch(Run::ended)
                && seen.runs().stream().anyMatch(run -> run.digest().isPresent());
    }

    private SourceTag unknown() {
        return SourceTagBuilder.builder().uri(seen.source().uri()).build();
    }

    /** Its first look comes after the interval, as every other. */
    private SourceTag begun(SourceTag tag) {
        return SourceTagBuilder.builder(tag).lastLook(now.toString()).build();
    }

    private static SourceTag followedOnly(SourceTag tag) {
        return SourceTagBuilder.builder()
                .uri(tag.uri())
                .followed(tag.followed())
                .build();
    }

    /**
     * Whether a run is of another content than the tag had later. A run that ended after the look may have resolved the
     * tag after it, too: the look tells nothing about it.
     */
    static boolean isMoved(SourceTag tag, List<Run> runs) {
        return tag.digest() != null
                && runs.stream()
                        .filter(Run::ended)
                        .filter(run -> run.digest()
                                .filter(digest -> !digest.equals(tag.digest()))
                                .isPresent())
                        .anyMatch(run -> run.completed()
                                .map(end -> Times.read(tag.lookedAt())
                                        .filter(end::isBefore)
                                        .isPresent())
                                .orElse(true));
    }

    /** When the next look is due: after the interval, and later each time that one came to nothing. */
    private Instant due(SourceTag tag) {
        return Times.read(tag.lastLook()).map(last -> last.plus(pause(tag))).orElse(now);
    }

    private Duration pause(SourceTag tag) {
        int failures = tag.failures() == null ? 0 : Math.clamp(tag.failures(), 0, MOST_DOUBLINGS);
        Duration longest = seen.interval().compareTo(LONGEST_PAUSE) > 0 ? seen.interval() : LONGEST_PAUSE;
        Duration pause = seen.interval();
        for (int i = 0; i < failures && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    private static SourceTag failed(SourceTag tag, String why, Instant now) {
        return SourceTagBuilder.builder(tag)
                .lastLook(now.toString())
                .failures(1 + Objects.requireNonNullElse(tag.failures(), 0))
                .failure(why.substring(0, Math.min(why.length(), LONGEST_FAILURE)))
                .build();
    }

    private static String sentence(Failure failure) {
        return failure.reason().equals(FailureReason.DEADLINE_EXCEEDED.reason())
                ? "its Job did not end in its time; see that its pod can start (quota, Secret, image, nodes)"
                : failure.reason() + ": " + failure.message();
    }
}
