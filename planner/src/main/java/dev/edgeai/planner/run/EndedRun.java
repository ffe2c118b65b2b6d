package dev.edgeai.planner.run;

import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.RunAction.DeleteJob;
import dev.edgeai.planner.run.RunAction.RecordEvent;
import dev.edgeai.planner.run.RunAction.Requeue;
import dev.edgeai.planner.run.RunAction.StartReport;
import dev.edgeai.planner.status.Reason;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is left to do once a run has ended: Jobs that still run go, and its report is written. A report that cannot be
 * written takes nothing from the run.
 *
 * @param status as it was when the run ended
 * @param seen gathered at one moment
 * @param now the moment
 */
record EndedRun(OptimizationRunStatus status, RunObservation seen, Instant now) {
    /** Later than this no report is begun: its Job, which tells whether there was one, is not kept longer. */
    static final Duration REPORTED_WITHIN = Duration.ofHours(1);

    RunDecision decide() {
        List<RunAction> actions = new ArrayList<>(leftovers());
        if (status.report() != null || status.baseline() == null) {
            return new RunDecision(status, actions);
        }
        return switch (seen.report()) {
            case JobState.Succeeded<ReportResult> s ->
                new RunDecision(status.withReport(s.result().digest()), actions);
            case JobState.Failed<ReportResult> f -> {
                actions.add(new RecordEvent(
                        true,
                        Reason.REPORT_FAILED,
                        "the report could not be stored: " + f.failure().message()
                                + "; delete its Job within an hour to have it tried again"));
                yield new RunDecision(status, actions);
            }
            case JobState.Missing<ReportResult> _ -> {
                if (recent()) {
                    actions.add(new StartReport());
                    actions.add(new Requeue(RunMachine.LOOK_AGAIN));
                }
                yield new RunDecision(status, actions);
            }
            case JobState.Pending<ReportResult> _ -> later(actions);
            case JobState.Running<ReportResult> _ -> later(actions);
        };
    }

    private RunDecision later(List<RunAction> actions) {
        actions.add(new Requeue(RunMachine.LOOK_AGAIN));
        return new RunDecision(status, actions);
    }

    private boolean recent() {
        String ended = status.completionTime();
        return ended != null && now.isBefore(Instant.parse(ended).plus(REPORTED_WITHIN));
    }

    private List<RunAction> leftovers() {
        List<RunAction> actions = new ArrayList<>();
        if (seen.baseline().active()) {
            actions.add(new DeleteJob(JobKey.baseline()));
        }
        for (TrialStatus trial : status.trials()) {
            Stream.of(JobKey.trial(trial.name()), JobKey.full(trial.name()))
                    .filter(job -> seen.trial(job).active())
                    .forEach(job -> actions.add(new DeleteJob(job)));
            if (seen.certification(trial.name()).active()) {
                actions.add(new DeleteJob(JobKey.certify(trial.name())));
            }
        }
        return actions;
    }
}
