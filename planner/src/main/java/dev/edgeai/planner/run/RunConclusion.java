package dev.edgeai.planner.run;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.front.ParetoFront;
import dev.edgeai.planner.front.ParetoFront.Point;
import dev.edgeai.planner.front.Recommendation;
import dev.edgeai.planner.run.RunAction.Requeue;
import dev.edgeai.planner.run.RunAction.StartCertify;
import dev.edgeai.planner.status.Reason;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The end of a run: the front, the recommendation, the certificates. The front is taken over the trials that pass all
 * gates, because a variant that may not be served must not push out one that may; when none passes it is taken over all
 * that were measured, for people to see the trade-offs.
 */
final class RunConclusion {
    /** Front members that get a certificate, so that a rollback has somewhere to go without a new run. */
    static final int MAX_CERTIFIED = 4;

    private final OptimizationRunSpec spec;
    private final RunObservation seen;
    private final RunDraft draft;
    private final List<RunAction> actions;

    RunConclusion(OptimizationRunSpec spec, RunObservation seen, RunDraft draft, List<RunAction> actions) {
        this.spec = spec;
        this.seen = seen;
        this.draft = draft;
        this.actions = actions;
    }

    void conclude() {
        new FinalGate(spec, draft).settle();
        List<TrialStatus> accepted = draft.in(TrialPhase.ACCEPTED);
        List<TrialStatus> front = front(accepted.isEmpty() ? draft.in(TrialPhase.REJECTED) : accepted);
        draft.next.paretoFront(front.stream().map(TrialStatus::name).toList());
        if (!accepted.isEmpty()) {
            certify(Recommendation.of(front, spec.objectives()), front, Reason.SUCCEEDED);
        } else if (spec.fallsBackToSource()) {
            fallBackToSource(Shortfall.of(draft));
        } else {
            Shortfall none = Shortfall.of(draft);
            draft.fail(none.reason(), none.message());
        }
    }

    /** Only now, as it takes time and no variant needs it. */
    private void fallBackToSource(Shortfall none) {
        Optional<TrialStatus> source = draft.source();
        if (source.isEmpty()) {
            draft.trials.add(TrialTransitions.plannedSource());
            draft.next.phase(RunPhase.SEARCHING);
            draft.progress(Reason.SEARCHING, none.message(), List.of());
            actions.add(new Requeue(RunMachine.AT_ONCE));
        } else if (source.get().measurement() == null) {
            draft.fail(
                    TrialTransitions.registryAway(source.get()) ? Reason.REGISTRY_UNAVAILABLE : none.reason(),
                    none.message() + ". Nor can the source itself serve: " + Shortfall.listed(List.of(source.get())));
        } else {
            String reason = none.message() + ". Until a variant qualifies the source itself is chosen, as what it is";
            Recommendation it = new Recommendation(List.of(new Recommendation.Ranked(source.get(), 0)), reason);
            certify(it, List.of(source.get()), none.reason());
        }
    }

    static List<TrialStatus> front(List<TrialStatus> trials) {
        List<Point> points = trials.stream().map(Point::of).toList();
        List<String> names = ParetoFront.of(points).stream().map(Point::trial).toList();
        return trials.stream()
                .filter(t -> names.contains(t.name()))
                .sorted(Comparator.comparing(t -> names.indexOf(t.name())))
                .toList();
    }

    /** @param ended reason of a run that ends with the first of them */
    private void certify(Recommendation recommendation, List<TrialStatus> front, Reason ended) {
        takeInCertificates(recommendation);
        List<String> failed = draft.trials.stream()
                .filter(TrialTransitions::certificationFailed)
                .map(TrialStatus::name)
                .toList();
        List<TrialStatus> wanted = recommendation.ranked().stream()
                .map(Recommendation.Ranked::trial)
                .filter(t -> !failed.contains(t.name()))
                .limit(MAX_CERTIFIED)
                .toList();
        if (wanted.isEmpty()) {
            boolean away = draft.trials.stream().anyMatch(TrialTransitions::registryAway);
            draft.fail(away ? Reason.REGISTRY_UNAVAILABLE : Reason.CERTIFICATION_FAILED, certificationFailed());
            return;
        }
        boolean first = wanted.getFirst()
                .name()
                .equals(recommendation.ranked().getFirst().trial().name());
        draft.next.selected(selected(
                wanted.getFirst(),
                first
                        ? recommendation.reason()
                        : Recommendation.of(
                                        front.stream()
                                                .filter(t -> !failed.contains(t.name()))
                                                .toList(),
                                        spec.objectives())
                                .reason()));
        List<TrialStatus> open =
                wanted.stream().filter(t -> certificate(t).isEmpty()).toList();
        if (open.isEmpty()) {
            succeed(ended);
        } else {
            startCertifying(open, wanted.size());
        }
    }

    private void takeInCertificates(Recommendation recommendation) {
        List<Certified> certificates = new ArrayList<>();
        for (Recommendation.Ranked ranked : recommendation.ranked()) {
            TrialStatus trial = ranked.trial();
            Optional<Certified> known = certificate(trial);
            known.ifPresent(certificates::add);
            if (known.isEmpty() && !TrialTransitions.certificationFailed(trial)) {
                switch (seen.certification(trial.name())) {
                    case JobState.Succeeded<CertificateResult> s ->
                        certificates.add(new Certified(
                                trial.name(),
                                Objects.requireNonNull(trial.digest()),
                                s.result().digest(),
                                s.result().bundle()));
                    case JobState.Failed<CertificateResult> f ->
                        draft.update(trial.name(), t -> TrialTransitions.uncertified(t, f.failure()));
                    case JobState.Missing<CertificateResult> _ -> {}
                    case JobState.Pending<CertificateResult> _ -> {}
                    case JobState.Running<CertificateResult> _ -> {}
                }
            }
        }
        draft.next.certificates(certificates);
    }

    private void startCertifying(List<TrialStatus> open, int wanted) {
        draft.next.phase(RunPhase.CERTIFYING);
        long active = draft.trials.stream()
                .filter(t -> seen.certification(t.name()).active())
                .count();
        open.stream()
                .filter(t -> seen.certification(t.name()) instanceof JobState.Missing<CertificateResult>)
                .limit(Math.max(0, spec.search().parallelism() - active))
                .forEach(t -> actions.add(new StartCertify(
                        t,
                        Objects.requireNonNull(draft.next.accelerator()),
                        Objects.requireNonNull(draft.next.baseline()))));
        draft.progress(
                Reason.CERTIFYING,
                (open.getFirst().ofSource()
                                ? "no variant qualified; the source itself is certified as what it is"
                                : "%d of %d variants of the Pareto front certified"
                                        .formatted(wanted - open.size(), wanted))
                        + RunHeritage.note(seen, draft),
                Stream.<JobState<?>>concat(
                                seen.refused().stream(), open.stream().map(t -> seen.certification(t.name())))
                        .toList());
        actions.add(new Requeue(RunMachine.LOOK_AGAIN));
    }

    private void succeed(Reason ended) {
        draft.next.phase(RunPhase.SUCCEEDED);
        draft.next.completionTime(draft.now.toString());
        draft.conditions = draft.conditions.ready(
                ended, Objects.requireNonNull(draft.next.selected()).reason());
    }

    private Selected selected(TrialStatus trial, String reason) {
        String digest = Objects.requireNonNull(trial.digest());
        Comparison comparison = trial.comparison();
        return new Selected(
                trial.name(),
                trial.variant(),
                Heritage.repository(draft.next.repository(), seen.repository()) + "@" + digest,
                digest,
                reason,
                comparison == null || comparison.speedup() == null
                        ? null
                        : comparison.speedup().value(),
                comparison == null || comparison.certifiedRetention() == null
                        ? null
                        : comparison.certifiedRetention().value());
    }

    private Optional<Certified> certificate(TrialStatus trial) {
        return draft.next.certificates().stream()
                .filter(c -> c.trial().equals(trial.name()))
                .findFirst();
    }

    private String certificationFailed() {
        return "no certificate could be signed: "
                + Shortfall.listed(draft.trials.stream()
                        .filter(TrialTransitions::certificationFailed)
                        .toList());
    }
}
