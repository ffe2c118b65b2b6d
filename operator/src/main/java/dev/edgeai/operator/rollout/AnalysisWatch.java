package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.operator.observation.Readings;
import dev.edgeai.operator.observation.Watch;
import dev.edgeai.planner.analysis.LiveEvidence;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.rollout.ComparedVersions;
import dev.edgeai.planner.scrape.ScrapeHistory;
import dev.edgeai.planner.scrape.Silence;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is measured of the two versions that are compared. */
record AnalysisWatch(ComparedVersions versions) {
    /** Evidence is looked at after each round, so that a version goes back long before the interval is over. */
    private static final int ROUNDS_IN_AN_INTERVAL = 5;

    private static final Duration SHORTEST_ROUND = Duration.ofMillis(500);

    /** What has to be measured for it. */
    Watch watch(TargetContext target) {
        List<Watch.Pod> pods = Stream.concat(Stream.of(versions.watched()), versions.reference().stream())
                .flatMap(revision -> target.objects().scrapable(revision).stream())
                .toList();
        List<Watch.Query> queries = target.policy().analysis().metrics().stream()
                .flatMap(metric -> query(metric, target).stream())
                .toList();
        Duration round = interval(target).dividedBy(ROUNDS_IN_AN_INTERVAL);
        return new Watch(
                pods, queries, comparison(target), round.compareTo(SHORTEST_ROUND) < 0 ? SHORTEST_ROUND : round);
    }

    private Watch.Comparison comparison(TargetContext target) {
        Map<String, Double> earlier = target.status().analysis().stream()
                .flatMap(r -> Optional.ofNullable(r.evidence())
                        .filter(e -> e.value().signum() > 0)
                        .map(e -> Map.entry(r.metric(), e.asDouble()))
                        .stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Math::min));
        return new Watch.Comparison(
                new LiveEvidence.Subject(
                        versions.watched(),
                        versions.reference(),
                        target.policy().analysis()),
                since(target),
                earlier);
    }

    private static Instant since(TargetContext target) {
        String since = target.status().since();
        return since == null ? Instant.EPOCH : Instant.parse(since);
    }

    /** What the measurements say of the two revisions since the step began. */
    LiveMetrics live(Readings readings, TargetContext target) {
        return LiveMetrics.of(
                readings.scrapes().getOrDefault(versions.watched(), ScrapeHistory.EMPTY),
                versions.reference().map(revision -> readings.scrapes().getOrDefault(revision, ScrapeHistory.EMPTY)),
                since(target),
                interval(target),
                onSameNodes(target),
                readings.silent(),
                versions.reference().flatMap(revision -> Silence.of(readings.rounds(), versions.watched(), revision)),
                evidence(readings, target));
    }

    /** Of these versions and this policy; what was measured of others says nothing of them. */
    private LiveEvidence evidence(Readings readings, TargetContext target) {
        Watch.Comparison now = comparison(target);
        return readings.evidence().about(now.subject(), now.earlier());
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
