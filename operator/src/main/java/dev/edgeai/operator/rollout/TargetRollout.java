package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.Delivery;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.observation.Measurements;
import dev.edgeai.operator.observation.Readings;
import dev.edgeai.operator.ownership.NameTakenException;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.traffic.TrafficRouter;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.rollout.Commands;
import dev.edgeai.planner.rollout.ComparedVersions;
import dev.edgeai.planner.rollout.RevisionState;
import dev.edgeai.planner.rollout.RolloutDecision;
import dev.edgeai.planner.rollout.RolloutMachine;
import dev.edgeai.planner.rollout.RolloutObservation;
import dev.edgeai.planner.rollout.RolloutObservationBuilder;
import dev.edgeai.planner.status.TargetOutcome;
import dev.edgeai.planner.status.TargetOutcomeBuilder;
import dev.edgeai.planner.version.CertifiedVersion;
import dev.edgeai.planner.version.Recertification;
import dev.edgeai.planner.version.VariantChoice;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** One target: its run, its candidate, and the next step of its rollout. */
public final class TargetRollout {
    private final OwnedObjects owned;
    private final RolloutActions actions;
    private final Deployments deployments;
    private final ModelRuns runs;
    private final TrafficRouter traffic;
    private final Measurements measurements;
    private final Budgets budgets;
    private final UpgradeTurns turns;

    public TargetRollout(
            OwnedObjects owned,
            RolloutActions actions,
            Deployments deployments,
            ModelRuns runs,
            TrafficRouter traffic,
            Measurements measurements,
            Budgets budgets,
            UpgradeTurns turns) {
        this.owned = owned;
        this.actions = actions;
        this.deployments = deployments;
        this.runs = runs;
        this.traffic = traffic;
        this.measurements = measurements;
        this.budgets = budgets;
        this.turns = turns;
    }

    /**
     * Looks at it and takes its next step.
     *
     * @param beside told what went wrong and stops nothing
     */
    public TargetOutcome reconcile(TargetContext target, Consumer<RuntimeException> beside) {
        if (nothingServesYet(target)) {
            // said before the search, and not after an hour of it
            owned.requireFree(ServingServices.stable(target.served(), Map.of(), Optional.empty()));
        }
        Optional<OptimizationRun> run = current(target, beside);
        List<CertifiedVersion> ranked =
                run.map(r -> CertifiedVersions.of(r, target.servedBy(r))).orElse(List.of());
        return target.target().delivery() == Delivery.BUNDLE
                ? bundle(target, run, ranked)
                : serve(run.map(r -> certified(target, r, ranked)).orElse(target), run);
    }

    /** A run that cannot be made keeps no version that is on its way from being taken back. */
    private Optional<OptimizationRun> current(TargetContext target, Consumer<RuntimeException> beside) {
        try {
            return runs.current(target);
        } catch (NameTakenException | KubernetesClientException e) {
            beside.accept(e);
            return Optional.empty();
        }
    }

    /** With the newest certificates of what is brought out already. */
    private static TargetContext certified(TargetContext target, OptimizationRun run, List<CertifiedVersion> ranked) {
        String accelerator = target.servedBy(run).profile().name();
        return target.with(Recertification.of(
                target.status(),
                ranked,
                version -> target.servedFor(version).profile().name().equals(accelerator)));
    }

    private static boolean nothingServesYet(TargetContext target) {
        return target.target().delivery() == Delivery.SERVE
                && target.status().phase() == RolloutPhase.IDLE
                && target.status().stable() == null;
    }

    private TargetOutcome bundle(TargetContext target, Optional<OptimizationRun> run, List<CertifiedVersion> ranked) {
        Housekeeping.serving(target.objects()).forEach(owned::delete);
        measurements.forget(target.objects().ref());
        TargetStatus status = run.isEmpty() || ranked.isEmpty()
                ? unbundled(target.status())
                : bundled(target.status(), ranked.getFirst(), CertifiedVersions.bundle(run.get(), ranked.getFirst()));
        return TargetOutcomeBuilder.builder(
                        TargetOutcome.of(target.target(), target.policy(), withRun(status, run), 0, 0, target.now()))
                .run(run)
                .build();
    }

    /** Until there is a new one the last bundle stands; what was served before is none. */
    private static TargetStatus unbundled(TargetStatus status) {
        return TargetStatuses.bundle(
                status, status.bundle() == null ? null : status.stable(), status.bundle(), status.message());
    }

    private static TargetStatus bundled(TargetStatus status, CertifiedVersion version, Optional<String> bundle) {
        return bundle.map(reference -> TargetStatuses.bundle(
                        status,
                        version.toVersion(),
                        reference,
                        "fetch it with: edgeai bundle oci://%s --into FOLDER --key public.pem".formatted(reference)))
                .orElseGet(() -> TargetStatuses.bundle(
                        status,
                        null,
                        null,
                        "run %s certified %s without a bundle; annotate %s with a new value"
                                .formatted(version.run(), version.variant(), Labels.RETRY)));
    }

    private TargetOutcome serve(TargetContext target, Optional<OptimizationRun> run) {
        EligibleVersions offer = EligibleVersions.of(target, run, turns);
        List<CertifiedVersion> offered = offer.versions();
        VariantChoice choice = target.annotation(Labels.ROLLBACK_TO)
                .map(digest -> VariantChoice.rollbackTo(digest, known(target), target.status()))
                .orElseGet(() -> VariantChoice.of(
                        offered, target.status(), target.model().getSpec().remediation(), target.now()));
        RolloutObservation seen = observe(target, choice);
        long decidedAt = System.nanoTime();
        RolloutDecision decision = RolloutMachine.decide(target.status(), seen, target.policy(), target.now());
        RolloutActions.Applied applied =
                actions.apply(target, decision, decidedAt).with(offer, target);
        deployments.askAgain(target, seen.revisions());
        budgets.ensure(target, applied.status(), decision, seen.revisions());
        // the end of the cooldown changes nothing that could be watched
        Optional<Duration> cooldown = choice.notBefore().map(time -> Duration.between(target.now(), time));
        Optional<Version> stable = Optional.ofNullable(applied.status().stable());
        return TargetOutcomeBuilder.builder(TargetOutcome.of(
                        target.target(),
                        target.policy(),
                        withRun(applied.status(), run),
                        target.replicas(),
                        stable.map(version -> seen.ready(version.revision())).orElse(0),
                        target.now()))
                .run(run)
                .problem(offer.problem())
                .suggestion(choice.suggestion())
                .behind(!offered.isEmpty() && !choice.isServedBy(applied.status()))
                .waits(cooldown.isPresent() || choice.wanted().isPresent())
                .requeue(again(target, applied, cooldown))
                .lacking(stable.map(version -> seen.revisions().get(version.revision()))
                        .flatMap(RevisionState::why))
                .build();
    }

    /** What runs on this target's hardware have certified so far, the newest certificate of each first. */
    private static List<CertifiedVersion> known(TargetContext target) {
        return target.runs().stream()
                .filter(run ->
                        run.getSpec().accelerator().equals(target.target().accelerator()))
                .sorted(Comparator.comparing(
                                (OptimizationRun run) -> run.getMetadata().getCreationTimestamp())
                        .reversed())
                .flatMap(run -> CertifiedVersions.of(run, target.servedBy(run)).stream())
                .toList();
    }

    private RolloutObservation observe(TargetContext target, VariantChoice choice) {
        TargetStatus status = target.status();
        Optional<String> stable = Optional.ofNullable(status.stable()).map(Version::revision);
        Optional<String> candidate = Optional.ofNullable(status.candidate()).map(Version::revision);
        Optional<AnalysisWatch> watch = ComparedVersions.of(status).map(AnalysisWatch::new);
        Readings readings = watch.map(w -> measurements.watch(target.objects().ref(), w.watch(target)))
                .orElse(Readings.NONE);
        if (watch.isEmpty()) {
            measurements.forget(target.objects().ref());
        }
        return RolloutObservationBuilder.builder()
                .wanted(choice.wanted())
                .replicas(target.replicas())
                .suspended(target.model().getSpec().suspend())
                .commands(new Commands(
                        target.annotation(Labels.PROMOTE),
                        target.annotation(Labels.ABORT),
                        target.annotation(Labels.SKIP),
                        target.annotation(Labels.RETRY),
                        target.annotation(Labels.ROLLBACK_TO)))
                .revisions(deployments.revisions(target))
                .selection(traffic.selection(
                        target.objects().ref(), target.objects().traffic()))
                .traffic(traffic.observe(target.objects().traffic(), stable, candidate))
                .warmup(candidate
                        .map(revision -> target.objects().warmupState(revision, target.now()))
                        .orElseGet(JobState.Missing::new))
                .warmups(target.objects().warmups())
                .probes(target.objects().probes())
                .sameNodes(
                        candidate.isPresent()
                                ? shareNodes(target, candidate, stable)
                                : shareNodes(
                                        target,
                                        stable,
                                        Optional.ofNullable(status.previous()).map(Version::revision)))
                .live(watch.map(w -> w.live(readings, target)).orElse(LiveMetrics.NONE))
                .queries(readings.queries())
                .build();
    }

    /** Whether what slows the nodes of the watched version slows the other one, too. */
    private static boolean shareNodes(TargetContext target, Optional<String> watched, Optional<String> reference) {
        Set<String> nodes = watched.map(target.objects()::placed).orElse(Set.of());
        return !nodes.isEmpty()
                && reference
                        .map(target.objects()::nodes)
                        .filter(beside -> beside.containsAll(nodes))
                        .isPresent();
    }

    /** What has changed may lead to the next step at once: the own status is no event. */
    private static Optional<Duration> again(
            TargetContext target, RolloutActions.Applied applied, Optional<Duration> cooldown) {
        return applied.status().equals(target.status())
                ? RolloutActions.sooner(applied.requeue(), cooldown)
                : Optional.of(Duration.ZERO);
    }

    private static TargetStatus withRun(TargetStatus status, Optional<OptimizationRun> run) {
        return run.map(r -> TargetStatuses.with(status, r.getMetadata().getName()))
                .orElse(status);
    }
}
