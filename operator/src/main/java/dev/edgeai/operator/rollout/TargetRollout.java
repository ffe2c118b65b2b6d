package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.Delivery;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.RemediationPolicy;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Rollback;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.observation.Measurements;
import dev.edgeai.operator.observation.Readings;
import dev.edgeai.operator.traffic.TrafficProvider;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.rollout.CertifiedVersion;
import dev.edgeai.planner.rollout.LiveMetrics;
import dev.edgeai.planner.rollout.RolloutDecision;
import dev.edgeai.planner.rollout.RolloutMachine;
import dev.edgeai.planner.rollout.RolloutObservation;
import dev.edgeai.planner.rollout.VariantChoice;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One target: its run, its candidate, and the next step of its rollout. */
final class TargetRollout {
    private final Cluster cluster;
    private final RolloutActions actions;
    private final TrafficProvider traffic;
    private final Measurements measurements;
    private final Budgets budgets;

    TargetRollout(Cluster cluster, RolloutActions actions, TrafficProvider traffic, Measurements measurements) {
        this.cluster = cluster;
        this.actions = actions;
        this.traffic = traffic;
        this.measurements = measurements;
        this.budgets = new Budgets(cluster);
    }

    TargetOutcome reconcile(TargetContext target) {
        Optional<OptimizationRun> run = run(target);
        List<CertifiedVersion> ranked =
                run.map(r -> CertifiedVersions.of(r, target.served())).orElse(List.of());
        return target.target().delivery() == Delivery.BUNDLE ? bundle(target, run, ranked) : serve(target, run, ranked);
    }

    /** The run of the inputs as they are; made when it is missing and nothing is suspended. */
    private Optional<OptimizationRun> run(TargetContext target) {
        OptimizationRunSpec wanted = RunInputs.of(target.model().getSpec(), target.target());
        return switch (RunChoice.of(target.objects().ref(), wanted, target.annotation(Labels.RETRY), target.runs())) {
            case RunChoice.Present(OptimizationRun run) -> Optional.of(run);
            case RunChoice.Missing missing -> {
                OptimizationRun fresh = fresh(target, wanted, missing);
                if (!target.model().getSpec().suspend()) {
                    cluster.apply(fresh);
                }
                yield target.model().getSpec().suspend() ? Optional.empty() : Optional.of(fresh);
            }
        };
    }

    private static OptimizationRun fresh(TargetContext target, OptimizationRunSpec wanted, RunChoice.Missing missing) {
        OptimizationRun run = new OptimizationRun();
        run.setMetadata(new ObjectMetaBuilder()
                .withName(missing.name())
                .withNamespace(target.objects().ref().namespace())
                .withLabels(target.objects().ref().labels())
                .withAnnotations(missing.retry()
                        .map(value -> Map.of(Labels.RETRY, value))
                        .orElse(null))
                .withOwnerReferences(target.served().owner())
                .build());
        run.setSpec(wanted);
        return run;
    }

    private TargetOutcome bundle(TargetContext target, Optional<OptimizationRun> run, List<CertifiedVersion> ranked) {
        Housekeeping.serving(target.objects()).forEach(cluster::delete);
        measurements.forget(target.objects().ref());
        TargetStatus status = ranked.isEmpty()
                ? TargetStatuses.bundle(target.status(), target.status().stable(), null)
                : TargetStatuses.bundle(
                        target.status(),
                        version(ranked.getFirst()),
                        "bundle " + ranked.getFirst().artifact() + " is certified and ready to be fetched");
        return outcome(target, run, status, 0, Optional.empty(), Optional.empty());
    }

    private static Version version(CertifiedVersion v) {
        return new Version(
                v.revision(),
                v.artifact(),
                v.digest(),
                v.certificate(),
                v.run(),
                v.trial(),
                v.variant(),
                v.speedup(),
                v.accuracyRetention(),
                0,
                0,
                0);
    }

    private TargetOutcome serve(TargetContext target, Optional<OptimizationRun> run, List<CertifiedVersion> ranked) {
        VariantChoice choice = VariantChoice.of(
                ranked, target.status(), target.model().getSpec().remediation(), target.now());
        RolloutObservation seen = observe(target, choice);
        long decidedAt = System.nanoTime();
        RolloutDecision decision = RolloutMachine.decide(target.status(), seen, target.policy(), target.now());
        RolloutActions.Applied applied = actions.apply(target, decision, decidedAt);
        budgets.ensure(target, applied.status());
        Optional<Duration> requeue = RolloutActions.sooner(applied.requeue(), cooldown(target, choice));
        int ready = Optional.ofNullable(applied.status().stable())
                .map(version -> seen.ready(version.revision()))
                .orElse(0);
        return outcome(target, run, applied.status(), ready, choice.suggestion(), requeue);
    }

    private RolloutObservation observe(TargetContext target, VariantChoice choice) {
        TargetStatus status = target.status();
        Optional<String> stable = Optional.ofNullable(status.stable()).map(Version::revision);
        Optional<String> candidate = Optional.ofNullable(status.candidate()).map(Version::revision);
        Optional<AnalysisWatch> watch = AnalysisWatch.of(status);
        Readings readings = watch.map(w -> measurements.watch(target.objects().ref(), w.watch(target)))
                .orElse(Readings.NONE);
        if (watch.isEmpty()) {
            measurements.forget(target.objects().ref());
        }
        return new RolloutObservation(
                choice.wanted(),
                target.replicas(),
                target.model().getSpec().suspend(),
                target.annotation(Labels.PROMOTE),
                target.annotation(Labels.RETRY),
                target.objects().revisions(target.now()),
                traffic.observe(target.objects().traffic(), stable, candidate),
                candidate
                        .map(revision -> target.objects().warmupState(revision, target.now()))
                        .orElseGet(JobState.Missing::new),
                watch.map(w -> w.live(readings, target)).orElse(LiveMetrics.NONE),
                readings.queries());
    }

    /** The end of the cooldown changes nothing that could be watched. */
    private static Optional<Duration> cooldown(TargetContext target, VariantChoice choice) {
        Rollback last = target.status().lastRollback();
        if (choice.wanted().isPresent()
                || last == null
                || target.model().getSpec().remediation().policy() != RemediationPolicy.AUTOMATIC) {
            return Optional.empty();
        }
        Instant over = Instant.parse(last.time())
                .plus(target.model().getSpec().remediation().cooldown().duration());
        return Optional.of(Duration.between(target.now(), over)).filter(Duration::isPositive);
    }

    private static TargetOutcome outcome(
            TargetContext target,
            Optional<OptimizationRun> run,
            TargetStatus status,
            int ready,
            Optional<String> suggestion,
            Optional<Duration> requeue) {
        String name = run.map(r -> r.getMetadata().getName()).orElse(status.run());
        return new TargetOutcome(
                target.target(),
                TargetStatuses.with(status, name, status.message()),
                run,
                target.replicas(),
                ready,
                Optional.empty(),
                suggestion,
                requeue);
    }
}
