package dev.edgeai.planner.analysis;

import dev.edgeai.api.v1alpha1.TargetStatus.AnalysisResult;
import dev.edgeai.api.v1alpha1.rollout.Analysis;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.planner.analysis.LiveEvidence.Subject;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.Histogram;
import dev.edgeai.planner.scrape.Histogram.Bucket;
import dev.edgeai.planner.scrape.Window;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Evidence of windows. */
public final class EvidenceSamples {
    private static final int ROUNDS = 5;

    /** As if what the windows hold had come evenly, in {@value #ROUNDS} rounds. */
    public static LiveMetrics proven(List<AnalysisMetric> metrics, LiveMetrics live) {
        LiveEvidence evidence = begin(metrics);
        for (int i = 0; i < ROUNDS; i++) {
            evidence = after(evidence, live, 1.0 / ROUNDS);
        }
        return with(live, evidence);
    }

    public static LiveEvidence begin(List<AnalysisMetric> metrics) {
        return begin(metrics, List.of());
    }

    /** What a new process begins with. */
    public static LiveEvidence begin(List<AnalysisMetric> metrics, List<AnalysisResult> written) {
        return LiveEvidence.of(
                new Subject("green", Optional.of("blue"), Analysis.of(metrics)),
                written.stream()
                        .filter(r ->
                                r.evidence() != null && r.evidence().value().signum() > 0)
                        .collect(Collectors.toMap(
                                AnalysisResult::metric,
                                r -> Objects.requireNonNull(r.evidence()).asDouble())));
    }

    /** With one round that brought this part of the windows. */
    public static LiveEvidence after(LiveEvidence evidence, LiveMetrics live, double part) {
        return evidence.after(
                Instant.EPOCH,
                round(live.watched(), live.reference(), part),
                round(live.watchedProbes(), live.referenceProbes(), part));
    }

    static boolean isBroken(LiveEvidence evidence, AnalysisMetric metric) {
        return Limit.of(List.of(metric)).stream()
                .filter(limit -> limit.kind() != Limit.Kind.BURST)
                .anyMatch(evidence::isBroken);
    }

    public static LiveMetrics with(LiveMetrics live, LiveEvidence evidence) {
        return new LiveMetrics(
                live.watched(),
                live.reference(),
                live.watchedProbes(),
                live.referenceProbes(),
                live.onSameNodes(),
                live.silent(),
                live.silence(),
                evidence);
    }

    private static LiveRound round(Optional<Window> watched, Optional<Window> reference, double part) {
        return LiveRound.of(pods(watched, part), pods(reference, part), window(watched, part), window(reference, part));
    }

    private static Map<String, Counts> pods(Optional<Window> window, double part) {
        return window.map(w -> Map.of("pod", times(w.counts(), part))).orElse(Map.of());
    }

    private static Window window(Optional<Window> window, double part) {
        return window.map(w -> w.with(times(w.counts(), part))).orElse(MetricAnalysisTest.window(Counts.NONE));
    }

    private static Counts times(Counts counts, double part) {
        List<Bucket> buckets = counts.latency().buckets().stream()
                .map(b -> new Bucket(b.le(), b.count() * part))
                .toList();
        return new Counts(counts.ok() * part, counts.errors() * part, counts.refused() * part, new Histogram(buckets));
    }

    private EvidenceSamples() {}
}
