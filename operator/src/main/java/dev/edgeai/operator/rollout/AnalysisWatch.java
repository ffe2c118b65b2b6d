package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.operator.observation.Readings;
import dev.edgeai.operator.observation.Watch;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.analysis.ScrapeHistory;
import dev.edgeai.planner.analysis.Silence;
import dev.edgeai.planner.rollout.ComparedVersions;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What is measured of the two versions that are compared. */
record AnalysisWatch(ComparedVersions versions) {
    /** More than one, so that no measurement of the analysis sees the same scrapes as the one before. */
    private static final int ROUNDS_IN_AN_INTERVAL = 2;

    /** What has to be measured for it. */
    Watch watch(TargetContext target) {
        List<Watch.Pod> pods = Stream.concat(Stream.of(versions.watched()), versions.reference().stream())
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
                readings.scrapes().getOrDefault(versions.watched(), ScrapeHistory.EMPTY),
                versions.reference().map(revision -> readings.scrapes().getOrDefault(revision, ScrapeHistory.EMPTY)),
                since == null ? Instant.EPOCH : Instant.parse(since),
                interval(target),
                onSameNodes(target),
                readings.silent(),
                versions.reference().flatMap(revision -> Silence.of(readings.rounds(), versions.watched(), revision)));
    }

    /** Whether what slows a node of the watched version slows the other one, too. */
    private boolean onSameNodes(TargetContext target) {
        return versions.reference()
                .filter(revision -> target.objects()
                        .nodes(revision)
                        .containsAll(target.objects().nodes(versions.watched())))
                .isPresent();
    }

    private Optional<Watch.Query> query(AnalysisMetric metric, TargetContext target) {
        AnalysisMetric.PrometheusQuery own = metric.prometheus();
        if (own == null) {
            return Optional.empty();
        }
        String query = own.query()
                .replace("${namespace}", target.model().getMetadata().getNamespace())
                .replace("${revision}", versions.watched())
                .replace("${stableRevision}", versions.reference().orElse(""));
        return Optional.of(new Watch.Query(metric.name(), Optional.ofNullable(own.address()), query));
    }

    private static Duration interval(TargetContext target) {
        Duration wanted = target.policy().analysis().interval().duration();
        return wanted.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wanted;
    }
}
