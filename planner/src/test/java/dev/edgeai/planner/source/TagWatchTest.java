package dev.edgeai.planner.source;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.ResolveResult;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.SourceTag;
import dev.edgeai.api.v1alpha1.source.SourceTagBuilder;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.source.TagWatch.Act;
import dev.edgeai.planner.source.TagWatch.Decision;
import dev.edgeai.planner.source.TagWatch.Run;
import dev.edgeai.planner.source.TagWatch.Seen;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class TagWatchTest {
    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String URI = "oci://registry:5000/models/digits:1";
    private static final String THEN = digest('a');
    private static final String NEW = digest('b');
    private static final String NEWER = digest('c');
    private static final Optional<Instant> YESTERDAY = Optional.of(NOW.minus(Duration.ofDays(1)));
    private static final Run RUN = new Run("digits-cpu-1", true, Optional.of(THEN), YESTERDAY);

    @ParameterizedTest(name = "{0} digest={1}: {2}")
    @CsvSource({
        "oci://registry:5000/models/digits:1, false, 1",
        "oci://registry:5000/models/digits, false, latest",
        "oci://registry/digits:v1.2, false, v1.2",
        "oci://registry/digits:v1.2, true,",
        "oci://registry/digits:v1@sha256:aaaa, false,",
        "oci://registry/digits@sha256:aaaa, false,",
        "https://host:8443/digits.onnx, false,",
    })
    void only_a_tag_can_move(String uri, boolean pinned, @Nullable String tag) {
        assertThat(TaggedSource.tag(new ModelSource(uri, pinned ? THEN : null, null)))
                .isEqualTo(Optional.ofNullable(tag));
    }

    /** What is known of the tag: minutes since the last look, looks that came to nothing. */
    @ParameterizedTest(name = "{0} min ago, {1} failures, every {2} min: {3}, again in {4} min")
    @CsvSource({
        " 59,  0,   60, NONE,      1",
        " 60,  0,   60, START,",
        "600,  0,   60, START,",
        " 60,  1,   60, NONE,     60",
        "120,  1,   60, START,",
        "120,  2,   60, NONE,    120",
        "600,  9,   60, NONE,    840",
        "1440, 9,   60, START,",
        "1440, 99,  60, START,",
        "1440, 2, 2880, NONE,   1440",
        "2880, 2, 2880, START,",
        "9999, 0,    0, NONE,",
    })
    void a_look_is_due_after_the_interval_and_later_each_time_it_fails(
            int ago, int failures, int interval, Act act, @Nullable Integer again) {
        SourceTag known = SourceTagBuilder.builder(looked(null, NOW.minus(Duration.ofMinutes(ago))))
                .failures(failures == 0 ? null : failures)
                .build();
        Decision decision = TagWatch.decide(
                new Seen(
                        source(false),
                        false,
                        Optional.empty(),
                        Optional.of(known),
                        List.of(RUN),
                        new JobState.Missing<>(),
                        Duration.ofMinutes(interval)),
                NOW);
        assertThat(decision.act()).isEqualTo(act);
        assertThat(decision.again()).isEqualTo(Optional.ofNullable(again).map(Duration::ofMinutes));
    }

    @Test
    void the_first_look_comes_an_interval_after_the_run() {
        Decision first = TagWatch.decide(seen(source(false), Optional.empty(), new JobState.Missing<>(), RUN), NOW);
        assertThat(first.act()).isEqualTo(Act.NONE);
        assertThat(first.again()).hasValue(HOUR);
        assertThat(TagWatch.decide(seen(source(false), first.known(), new JobState.Missing<>(), RUN), NOW.plus(HOUR))
                        .act())
                .isEqualTo(Act.START);
    }

    @Test
    void nobody_looks_while_something_else_comes_first() {
        Optional<SourceTag> due = Optional.of(looked(null, NOW.minus(HOUR)));
        Run searching = new Run("digits-npu-1", false, Optional.of(THEN), Optional.empty());
        Run unread = new Run("digits-cpu-2", true, Optional.empty(), YESTERDAY);
        for (JobState<ResolveResult> job : List.of(
                new JobState.Missing<ResolveResult>(),
                new JobState.Running<ResolveResult>(Optional.empty()),
                found(NEW))) {
            assertThat(act(seen(source(false), due, job, RUN, searching)))
                    .as("a run goes on")
                    .isEqualTo(Act.NONE);
            assertThat(act(seen(source(false), due, job))).as("no run").isEqualTo(Act.NONE);
            assertThat(act(seen(source(false), due, job, unread)))
                    .as("nothing was optimized")
                    .isEqualTo(Act.NONE);
            Seen suspended =
                    new Seen(source(false), true, Optional.empty(), due, List.of(RUN), job, Duration.ofMinutes(1));
            assertThat(act(suspended)).as("suspended").isEqualTo(Act.NONE);
        }
        assertThat(act(seen(source(false), due, new JobState.Missing<>(), RUN)))
                .as("but for that it is time")
                .isEqualTo(Act.START);
    }

    @Test
    void one_look_at_a_time() {
        Optional<SourceTag> due = Optional.of(looked(null, NOW.minus(HOUR)));
        assertThat(act(seen(source(false), due, new JobState.Running<>(Optional.empty()), RUN)))
                .isEqualTo(Act.WAIT);
        assertThat(act(seen(source(false), due, new JobState.Pending<>(Optional.empty(), Optional.empty(), NOW), RUN)))
                .isEqualTo(Act.WAIT);
    }

    @Test
    void a_moved_tag_is_news_once_for_each_digest() {
        Optional<SourceTag> due = Optional.of(looked(null, NOW.minus(HOUR)));
        Decision same = TagWatch.decide(seen(source(false), due, found(THEN), RUN), NOW);
        assertThat(same.moved()).isEmpty();
        assertThat(condition(same, RUN).getReason()).isEqualTo("TagUnmoved");

        Decision moved = TagWatch.decide(seen(source(false), same.known(), found(NEW), RUN), NOW);
        assertThat(moved.moved()).hasValue(NEW);
        assertThat(moved.act()).as("it was read").isEqualTo(Act.NONE);
        assertThat(moved.again()).hasValue(HOUR);
        assertThat(condition(moved, RUN).getStatus()).isEqualTo("True");
        assertThat(condition(moved, RUN).getMessage()).contains("tag '1'", THEN, NEW, "edgeai.dev/retry", "followTag");
        assertThat(moved.known().map(SourceTag::followed)).as("nobody asked").isEmpty();

        assertThat(TagWatch.decide(seen(source(false), moved.known(), found(NEW), RUN), NOW)
                        .moved())
                .as("told already")
                .isEmpty();
        assertThat(TagWatch.decide(seen(source(false), moved.known(), found(NEWER), RUN), NOW)
                        .moved())
                .hasValue(NEWER);
    }

    @Test
    void a_tag_is_followed_once_for_each_digest() {
        Optional<SourceTag> due = Optional.of(looked(null, NOW.minus(HOUR)));
        Decision moved = TagWatch.decide(seen(source(true), due, found(NEW), RUN), NOW);
        assertThat(followed(moved)).hasValue(NEW);
        assertThat(TaggedSource.followed(source(true), moved.known())).hasValue(NEW);
        assertThat(TaggedSource.followed(new ModelSource(URI + "x", null, null), moved.known()))
                .as("of another address nothing counts")
                .isEmpty();

        Run next = new Run("digits-cpu-2", false, Optional.of(NEW), Optional.empty());
        Decision goesOn = TagWatch.decide(seen(source(true), moved.known(), new JobState.Missing<>(), next), NOW);
        assertThat(goesOn.known()).isEqualTo(moved.known());
        assertThat(condition(goesOn, next).getReason()).isEqualTo("TagFollowed");

        Run failed = new Run("digits-cpu-2", true, Optional.of(NEW), Optional.of(NOW));
        Instant later = NOW.plus(HOUR);
        Decision again = TagWatch.decide(seen(source(true), goesOn.known(), found(NEW), failed), later);
        assertThat(again.moved()).isEmpty();
        assertThat(followed(again)).hasValue(NEW);
        assertThat(followed(TagWatch.decide(seen(source(true), again.known(), found(NEWER), failed), later)))
                .hasValue(NEWER);
        assertThat(followed(TagWatch.decide(seen(source(true), again.known(), found(THEN), failed), later)))
                .as("back again")
                .hasValue(THEN);
        assertThat(followed(TagWatch.decide(seen(source(false), again.known(), found(NEWER), failed), later)))
                .as("no more wanted: what was followed stays")
                .hasValue(NEW);
    }

    @Test
    void a_new_value_of_the_annotation_follows_what_was_told() {
        Optional<SourceTag> due = Optional.of(looked(null, NOW.minus(HOUR)));
        Decision told = TagWatch.decide(seen(source(false), "1", due, found(NEW)), NOW);
        assertThat(followed(told)).as("it stood there before").isEmpty();
        Decision unchanged = TagWatch.decide(seen(source(false), "1", told.known(), new JobState.Missing<>()), NOW);
        assertThat(followed(unchanged)).isEmpty();
        Decision asked = TagWatch.decide(seen(source(false), "2", unchanged.known(), new JobState.Missing<>()), NOW);
        assertThat(followed(asked)).hasValue(NEW);
        Run next = new Run("digits-cpu-2", true, Optional.of(NEW), Optional.of(NOW));
        Decision newer = TagWatch.decide(
                new Seen(source(false), false, Optional.of("2"), asked.known(), List.of(next), found(NEWER), HOUR),
                NOW.plus(HOUR));
        assertThat(newer.moved()).hasValue(NEWER);
        assertThat(followed(newer)).as("only what was told then").hasValue(NEW);
    }

    @Test
    void a_run_that_ended_after_the_look_is_not_judged_by_it() {
        Optional<SourceTag> known = Optional.of(looked(THEN, NOW.minus(Duration.ofMinutes(30))));
        Run later = new Run("digits-cpu-2", true, Optional.of(NEW), Optional.of(NOW.minus(Duration.ofMinutes(10))));
        Decision decision = TagWatch.decide(seen(source(true), known, new JobState.Missing<>(), later), NOW);
        assertThat(followed(decision)).as("not back to the old one").isEmpty();
        assertThat(condition(decision, later).getStatus()).isEqualTo("Unknown");
    }

    @Test
    void of_several_targets_one_that_is_behind_is_enough() {
        Optional<SourceTag> due = Optional.of(looked(null, NOW.minus(HOUR)));
        Run newer = new Run("digits-npu-1", true, Optional.of(NEW), YESTERDAY);
        Decision decision = TagWatch.decide(seen(source(true), due, found(NEW), RUN, newer), NOW);
        assertThat(decision.moved()).hasValue(NEW);
        assertThat(followed(decision)).hasValue(NEW);
    }

    @Test
    void a_look_that_comes_to_nothing_is_only_told() {
        Optional<SourceTag> due = Optional.of(looked(NEW, NOW.minus(HOUR)));
        for (JobState<ResolveResult> state : List.of(
                new JobState.Failed<ResolveResult>(
                        new Failure("RegistryUnavailable", "registry:5000 does not answer"), Optional.empty()),
                found("latest"))) {
            Decision failed = TagWatch.decide(seen(source(false), due, state, RUN), NOW);
            assertThat(failed.known().map(SourceTag::failures)).hasValue(1);
            assertThat(failed.again()).hasValue(HOUR.multipliedBy(2));
            assertThat(failed.moved()).isEmpty();
            assertThat(condition(failed, RUN).getStatus())
                    .as("what was found stays")
                    .isEqualTo("True");
            assertThat(condition(failed, RUN).getMessage()).contains("the last look, at 2026-12-01T12:00:00Z");
        }
        Decision never = TagWatch.decide(seen(source(false), Optional.empty(), new JobState.Missing<>(), RUN), NOW)
                .refused("its Job cannot be made: quota", NOW);
        assertThat(condition(never, RUN).getStatus()).isEqualTo("Unknown");
        assertThat(condition(never, RUN).getMessage()).contains("its Job cannot be made: quota");
        Decision well = TagWatch.decide(seen(source(false), never.known(), found(THEN), RUN), NOW);
        assertThat(well.known().map(SourceTag::failures)).as("forgotten").isEmpty();
    }

    @Test
    void without_looks_only_what_was_followed_is_kept() {
        SourceTag known =
                SourceTagBuilder.builder(looked(NEWER, NOW)).followed(NEW).build();
        Seen never = new Seen(
                source(true),
                false,
                Optional.empty(),
                Optional.of(known),
                List.of(RUN),
                new JobState.Missing<>(),
                Duration.ZERO);
        Decision decision = TagWatch.decide(never, NOW);
        assertThat(decision.known())
                .hasValue(SourceTagBuilder.builder().uri(URI).followed(NEW).build());
        assertThat(SourceMoved.tell(
                                Conditions.of(List.of(), 1, NOW)
                                        .with(Conditions.SOURCE_MOVED, true, Reason.TAG_MOVED, "told"),
                                source(true),
                                decision.known(),
                                List.of(RUN))
                        .list())
                .isEmpty();
        ModelSource pinned = new ModelSource(URI, THEN, null);
        assertThat(TagWatch.decide(seen(pinned, Optional.of(known), new JobState.Missing<>(), RUN), NOW)
                        .known())
                .isEmpty();
    }

    @Test
    void what_somebody_else_wrote_into_the_status_stops_nothing() {
        SourceTag broken = SourceTagBuilder.builder()
                .uri(URI)
                .lastLook("yesterday")
                .lookedAt("soon")
                .digest(NEW)
                .build();
        Decision decision =
                TagWatch.decide(seen(source(true), Optional.of(broken), new JobState.Missing<>(), RUN), NOW);
        assertThat(decision.known().map(SourceTag::lastLook)).hasValue(NOW.toString());
        assertThat(followed(decision)).isEmpty();
    }

    private static Condition condition(Decision decision, Run... runs) {
        return SourceMoved.tell(Conditions.of(List.of(), 1, NOW), source(false), decision.known(), List.of(runs))
                .list()
                .getFirst();
    }

    private static Optional<String> followed(Decision decision) {
        return decision.known().map(SourceTag::followed);
    }

    private static Act act(Seen seen) {
        return TagWatch.decide(seen, NOW).act();
    }

    private static Seen seen(ModelSource source, Optional<SourceTag> known, JobState<ResolveResult> job, Run... runs) {
        return new Seen(source, false, Optional.empty(), known, List.of(runs), job, HOUR);
    }

    private static Seen seen(ModelSource source, String retry, Optional<SourceTag> known, JobState<ResolveResult> job) {
        return new Seen(source, false, Optional.of(retry), known, List.of(RUN), job, HOUR);
    }

    private static JobState<ResolveResult> found(String digest) {
        return new JobState.Succeeded<>(new ResolveResult(digest), Optional.empty());
    }

    private static ModelSource source(boolean follow) {
        return new ModelSource(URI, null, null, follow);
    }

    private static SourceTag looked(@Nullable String digest, Instant at) {
        return SourceTagBuilder.builder()
                .uri(URI)
                .lastLook(at.toString())
                .digest(digest)
                .lookedAt(digest == null ? null : at.toString())
                .build();
    }

    private static String digest(char letter) {
        return "sha256:" + String.valueOf(letter).repeat(64);
    }
}
