package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.operator.observation.Readings;
import dev.edgeai.operator.observation.Watch;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.analysis.ScrapeHistory;
import dev.edgeai.planner.analysis.Silence;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which two revisions are compared in this phase: in the ramp the candidate with stable, in the bake the new stable with
 * the previous one.
 *
 * @param watched the revision that is judged
 * @param reference the one it is compared with
 */
record AnalysisWatch(String watched, Optional<String> reference) {
    /** More than one, so that no measurement of the analysis sees the same scrapes as the one before. */
    private static final int ROUNDS_IN_AN_INTERVAL = 2;

    /** Empty in phases without analysis. */
    static Optional<AnalysisWatch> of(TargetStatus status) {
        return switch (status.phase()) {
            case RAMPING, AWAITING_PROMOTION, PROMOTING -> of(status.candidate(), status.stable());
            case BAKING -> of(status.stable(), status.previous());
            case IDLE, PREPARING, WARMING, ROLLING_BACK, PAUSED -> Optional.empty();
        };
    }

    private static Optional<AnalysisWatch> of(@Nullable Version watched, @Nullable Version reference) {
        return Optional.ofNullable(watched)
                .map(version -> new AnalysisWatch(
                        version.revision(), Optional.ofNullable(reference).map(Version::revision)));
    }

    /** What has to be measured for it. */
    Watch watch(TargetContext target) {
        List<Watch.Pod> pods = Stream.concat(Stream.of(watched), reference.stream())
                .flatMap(revision -> target.objects().scrapable(revision).stream())
                .toList();
        List<Watch.Query> queries = target.policy().analysis().metrics().stream()
                .flatMap(metric -> query(metric, target).stream())
                .toList();
        return new Watch(pods, queries, interval(target).dividedBy(ROUNDS_IN_AN_INTERVAL));
    }

    /** What the measurements say of the two revisions since the step began. */
    LiveMetrics live(Readings readings, TargetContext target) {
        String since = target.status().since();
        return LiveMetrics.of(
                readings.scrapes().getOrDefault(watched, ScrapeHistory.EMPTY),
                reference.map(revision -> readings.scrapes().getOrDefault(revision, ScrapeHistory.EMPTY)),
                since == null ? Instant.EPOCH : Instant.parse(since),
                interval(target),
                onSameNodes(target),
                readings.silent(),
                reference.flatMap(revision -> Silence.of(readings.rounds(), watched, revision)));
    }

    /** Whether what slows a node of the watched version slows the other one, too. */
    private boolean onSameNodes(TargetContext target) {
        return reference
                .filter(revision -> target.objects()
                        .nodes(revision)
                        .containsAll(target.objects().nodes(watched)))
                .isPresent();
    }

    private Optional<Watch.Query> query(AnalysisMetric metric, TargetContext target) {
        AnalysisMetric.PrometheusQuery own = metric.prometheus();
        if (own == null) {
            return Optional.empty();
        }
        String query = own.query()
                .replace("${namespace}", target.model().getMetadata().getNamespace())
                .replace("${revision}", watched)
                .replace("${stableRevision}", reference.orElse(""));
        return Optional.of(new Watch.Query(metric.name(), Optional.ofNullable(own.address()), query));
    }

    private static Duration interval(TargetContext target) {
        Duration wanted = target.policy().analysis().interval().duration();
        return wanted.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wanted;
    }
}
