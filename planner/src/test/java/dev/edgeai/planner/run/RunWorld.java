package dev.edgeai.planner.run;

import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.JobState;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A cluster small enough for a property: Jobs that take some ticks, and an operator that may die between any two steps. */
final class RunWorld {
    /** How a Job ends. */
    enum Fate {
        PASSES,
        MISSES_GATE,
        FAILS
    }

    private record Job(int left, Fate fate, int attempt, Instant made) {}

    private final OptimizationRunSpec spec;
    private final Random random;
    private final double crash;
    private final List<Fate> fates;
    private final Map<JobKey, Job> jobs = new HashMap<>();
    final Map<JobKey, Integer> started = new HashMap<>();
    final List<RunAction> lastActions = new ArrayList<>();
    OptimizationRunStatus stored = OptimizationRunStatus.empty();
    Instant now = Runs.T0;
    int nodes = 1;

    /** How many times each Job finds the registry away. */
    int away;

    /** Until then no pod starts, in these words of Kubernetes. */
    Instant healed = Runs.T0;

    String trouble = "FailedCreate";

    /** Whether such a pod stands on the node. */
    boolean onNode;

    /** Longest that a pod that does not start stood on the node. */
    Duration longestStuck = Duration.ZERO;

    int mostActive;

    /** How the measurement of the source as what is to serve ends. */
    Fate sourceFate = Fate.MISSES_GATE;

    RunWorld(OptimizationRunSpec spec, List<Fate> fates, double crash, long seed) {
        this.spec = spec;
        this.fates = fates;
        this.crash = crash;
        this.random = new Random(seed);
    }

    boolean ended() {
        return stored.phase() == RunPhase.SUCCEEDED || stored.phase() == RunPhase.FAILED;
    }

    /** One reconciliation, cut short anywhere with the given probability, and ten seconds of the Jobs' lives. */
    RunDecision tick() {
        RunDecision decision = RunMachine.decide(1, spec, stored, observe(), now);
        lastActions.clear();
        lastActions.addAll(decision.actions());
        boolean died = false;
        for (RunAction action : decision.actions()) {
            died = died || random.nextDouble() < crash;
            if (!died) {
                execute(action);
                if (random.nextDouble() < crash) {
                    execute(action);
                }
            }
        }
        if (!died && random.nextDouble() >= crash) {
            stored = decision.status();
        }
        mostActive = Math.max(
                mostActive, (int) jobs.values().stream().filter(j -> j.left > 0).count());
        if (!now.isBefore(healed)) {
            jobs.replaceAll((k, j) -> new Job(Math.max(0, j.left - 1), j.fate, j.attempt, j.made));
        }
        now = now.plus(Duration.ofSeconds(10));
        return decision;
    }

    private void execute(RunAction action) {
        switch (action) {
            case RunAction.StartBaseline a -> start(a.job(), Fate.PASSES);
            case RunAction.StartSource a -> start(a.job(), sourceFate);
            case RunAction.StartTrial a -> start(a.job(), fate(a.candidate().name()));
            case RunAction.StartCertify a -> start(a.job(), Fate.PASSES);
            case RunAction.StartReport a -> start(a.job(), Fate.PASSES);
            case RunAction.DeleteJob a -> jobs.remove(a.job());
            case RunAction.RecordEvent _ -> {}
            case RunAction.Requeue _ -> {}
        }
    }

    private Fate fate(String trial) {
        return fates.get(Math.floorMod(trial.hashCode(), fates.size()));
    }

    private void start(JobKey key, Fate fate) {
        if (!jobs.containsKey(key)) {
            int attempt = started.merge(key, 1, Integer::sum);
            jobs.put(key, new Job(1 + random.nextInt(4), fate, attempt, now));
        }
    }

    private RunObservation observe() {
        Map<String, JobState<TrialResult>> trials = new HashMap<>();
        Map<String, JobState<CertificateResult>> certifications = new HashMap<>();
        JobState<TrialResult> baseline = new JobState.Missing<>();
        JobState<ReportResult> report = new JobState.Missing<>();
        for (Map.Entry<JobKey, Job> e : jobs.entrySet()) {
            String trial = e.getKey().trial();
            if (e.getKey().equals(JobKey.baseline())) {
                baseline = state(e.getValue(), Runs.baseline());
            } else if (e.getKey().kind() == JobKey.Kind.TRIAL) {
                trials.put(trial, state(e.getValue(), result(trial.replace("-full", ""), e.getValue().fate)));
            } else if (e.getKey().kind() == JobKey.Kind.REPORT) {
                report = state(e.getValue(), new ReportResult(Runs.digest("report")));
            } else {
                certifications.put(
                        trial, state(e.getValue(), new CertificateResult(Runs.digest("cert-" + trial), null)));
            }
        }
        RunObservation seen = Runs.observation(nodes, false);
        boolean baselineDone = baseline instanceof JobState.Succeeded<TrialResult>;
        seen = baselineDone ? Runs.withBaseline(seen, baseline) : Runs.withBaselineState(seen, baseline);
        return Runs.withReport(Runs.withJobs(seen, trials, certifications), report);
    }

    private static TrialResult result(String trial, Fate fate) {
        if (trial.equals(TrialStatus.SOURCE)) {
            return Runs.source();
        }
        int spread = Math.floorMod(trial.hashCode(), 7);
        return Runs.result(trial, 200 + 30L * spread, 8 - spread, fate == Fate.MISSES_GATE ? 0.80 : 0.995);
    }

    private <T> JobState<T> state(Job job, @Nullable T result) {
        if (job.left > 0 && now.isBefore(healed)) {
            Duration stuck = Duration.between(job.made, now);
            longestStuck = onNode && stuck.compareTo(longestStuck) > 0 ? stuck : longestStuck;
            return new JobState.Pending<>(
                    Optional.of(trouble),
                    Optional.of("it does not start"),
                    job.made,
                    onNode ? Optional.of("node-1") : Optional.empty());
        }
        if (job.left > 2) {
            return new JobState.Pending<>(Optional.empty(), Optional.empty(), now);
        }
        if (job.left > 0) {
            return new JobState.Running<>(Optional.of("node-1"));
        }
        if (job.attempt <= away) {
            return new JobState.Failed<>(new Failure("RegistryUnavailable", "no answer"), Optional.empty());
        }
        return job.fate == Fate.FAILS || result == null
                ? new JobState.Failed<>(new Failure("OptimizationFailed", "no"), Optional.empty())
                : Runs.done(result);
    }
}
