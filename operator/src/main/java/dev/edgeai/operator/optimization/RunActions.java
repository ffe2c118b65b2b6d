package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.operator.services.ApiClients;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.status.Events;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.Heritage;
import dev.edgeai.planner.run.JobKey;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.planner.run.RunDecision;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.status.TargetOutcome.Failure;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes a decision so. Each action may be done any number of times. */
final class RunActions {
    private static final Logger LOG = LoggerFactory.getLogger(RunActions.class);
    private static final Set<TrialPhase> FINISHED = Set.of(TrialPhase.ACCEPTED, TrialPhase.REJECTED, TrialPhase.FAILED);

    /** With the uid, so that a Job made by somebody else in between is left alone. */
    private static final String NO_RETRY = "{\"metadata\": {\"uid\": \"%s\"}, \"spec\": {\"backoffLimit\": 0}}";

    /** What the API server says no with: a quota, a policy, a webhook, a missing permission. */
    private static final Set<Integer> REFUSED =
            Set.of(HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_FORBIDDEN, 422 /* invalid */);

    /** From here on it or a webhook is in trouble, and may have made the Job all the same. */
    private static final int SERVER_ERROR = 500;

    private static final int MOST_FOREIGN = 10;
    private final Services services;

    /** What makes Jobs: one that was made although its answer was lost is found by the next look, and is not in the way. */
    private final KubernetesClient once;

    private final Refusals refusals = new Refusals();

    RunActions(Services services) {
        this.services = services;
        this.once = ApiClients.once(services.client());
    }

    /** Tells people of the decision's transitions; the same decision taken again tells nothing new. */
    void tell(OptimizationRun run, RunDecision decision) {
        for (RunAction action : decision.actions()) {
            if (action instanceof RunAction.RecordEvent event) {
                LOG.info("{}: {}", event.reason(), event.message());
                services.events()
                        .tell(
                                run,
                                event.warning() ? Events.Type.WARNING : Events.Type.NORMAL,
                                event.reason().text(),
                                event.message(),
                                run.getMetadata().getResourceVersion() + event.message());
            }
        }
    }

    /** Tells of what looks like the run's and is not, once each; nothing else is done to it. */
    void tellForeign(OptimizationRun run, RunSnapshot picture) {
        picture.foreign().stream().limit(MOST_FOREIGN).forEach(foreign -> tellForeign(run, foreign));
    }

    /** Tells what keeps a run from being looked at, when that is more than an ordinary hiccup of the API server. */
    void tellFailed(OptimizationRun run, Failure failure) {
        if (failure.isShown()) {
            services.events()
                    .tell(
                            run,
                            Events.Type.WARNING,
                            Reason.RECONCILE_FAILED.text(),
                            "cannot be reconciled and is tried again: " + failure.message(),
                            failure.kind());
        }
    }

    private void tellForeign(OptimizationRun run, Foreign foreign) {
        services.events()
                .tell(run, Events.Type.WARNING, Reason.FOREIGN_OBJECT.text(), foreign.message(), foreign.uid());
    }

    /** Why the API server took no Job of the run when it was last tried. */
    Optional<JobState.Pending<Object>> refusal(OptimizationRun run) {
        return refusals.find(run.getMetadata().getUid());
    }

    /** Counts trials that this decision finished; what was inherited was counted before. */
    void count(OptimizationRun run, OptimizationRunStatus before, OptimizationRunStatus after) {
        Map<String, TrialPhase> phases =
                before.trials().stream().collect(Collectors.toMap(TrialStatus::name, TrialStatus::phase));
        after.trials().stream()
                .filter(trial -> trial.inheritedFrom() == null)
                .filter(trial -> FINISHED.contains(trial.phase()) && trial.phase() != phases.get(trial.name()))
                .forEach(trial -> services.metrics()
                        .trialFinished(
                                Objects.requireNonNullElse(
                                        after.accelerator(), run.getSpec().accelerator()),
                                trial.framework() == null
                                        ? TrialStatus.SOURCE
                                        : trial.framework().slug(),
                                trial.phase().name().toLowerCase(Locale.ROOT)));
    }

    void apply(OptimizationRun run, RunSnapshot picture, RunDecision decision) {
        RunJobs jobs = new RunJobs(
                run,
                decision.status(),
                Heritage.repository(decision.status().repository(), picture.repository(services.config())),
                services.config(),
                services.settings().namespace());
        JobNames names = names(picture.run());
        if (decision.actions().stream().noneMatch(RunActions::starts)) {
            refusals.remove(picture.run().uid());
        }
        for (RunAction action : decision.actions()) {
            switch (action) {
                case RunAction.StartBaseline start -> start(run, names, start.job(), jobs.baseline(start));
                case RunAction.StartSource start -> start(run, names, start.job(), jobs.source(start));
                case RunAction.StartTrial start -> start(run, names, start.job(), jobs.trial(start));
                case RunAction.StartCertify start -> {
                    if (services.keys().ensure().isEmpty()) {
                        start(run, names, start.job(), jobs.certify(start));
                    }
                }
                case RunAction.StartReport start ->
                    jobs.report(start).ifPresent(job -> start(run, names, start.job(), job));
                case RunAction.DeleteJob delete -> delete(names, delete.job());
                case RunAction.RecordEvent _ -> {}
                case RunAction.Requeue _ -> {}
            }
        }
    }

    private static boolean starts(RunAction action) {
        return switch (action) {
            case RunAction.StartBaseline _ -> true;
            case RunAction.StartSource _ -> true;
            case RunAction.StartTrial _ -> true;
            case RunAction.StartCertify _ -> true;
            case RunAction.StartReport _ -> true;
            case RunAction.DeleteJob _ -> false;
            case RunAction.RecordEvent _ -> false;
            case RunAction.Requeue _ -> false;
        };
    }

    private JobNames names(RunRef run) {
        return new JobNames(run, services.settings().namespace(), services.seals());
    }

    /**
     * Makes a Job. One of the operator's that has its name is this one, made before a crash, or it can bring no result any
     * more (see {@link dev.edgeai.operator.job.JobReader}): then it goes, and the next decision makes it anew. One of
     * anybody else is left alone, and the Job gets its other name.
     */
    private void start(OptimizationRun run, JobNames names, JobKey key, Job job) {
        for (String name : names.of(key)) {
            Job named = new JobBuilder(job)
                    .editMetadata()
                    .withName(name)
                    .endMetadata()
                    .build();
            if (isMadeOrInItsWay(run, services.seals().seal(named))) {
                return;
            }
        }
        services.events()
                .tell(
                        run,
                        Events.Type.WARNING,
                        Reason.NAME_TAKEN.text(),
                        "both names that a Job may have are taken: " + String.join(", ", names.of(key))
                                + "; delete these Jobs, which are not the operator's",
                        key.inRun());
    }

    /** False when somebody else's Job has the name. */
    private boolean isMadeOrInItsWay(OptimizationRun run, Job job) {
        try {
            once.resource(job).create();
            refusals.remove(run.getMetadata().getUid());
            return true;
        } catch (KubernetesClientException e) {
            if (REFUSED.contains(e.getCode()) || e.getCode() >= SERVER_ERROR) {
                sayRefused(run, job, e);
                return true;
            }
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            @Nullable Job present = services.client().resource(job).get();
            return present == null || replaces(run, present);
        }
    }

    private boolean replaces(OptimizationRun run, Job present) {
        boolean itsOwn = RunRef.find(present).equals(Set.of(RunRef.of(run).id()));
        if (!itsOwn || !services.seals().isSealed(present)) {
            tellForeign(run, Foreign.of(present));
            return false;
        }
        LOG.info(
                "Job {} can bring no result any more; it is made anew",
                present.getMetadata().getName());
        delete(present);
        return true;
    }

    /** A quota, a policy, a missing permission or a broken webhook: only people can help, so they must hear of it. */
    private void sayRefused(OptimizationRun run, Job job, KubernetesClientException e) {
        String said = e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
        boolean hiccup = e.getCode() >= SERVER_ERROR && refusal(run).isEmpty();
        refusals.put(
                run.getMetadata().getUid(),
                "Job " + job.getMetadata().getName() + ": " + said,
                services.clock().instant());
        if (!hiccup) {
            services.events()
                    .tell(
                            run,
                            Events.Type.WARNING,
                            "JobRefused",
                            "the API server refused Job " + job.getMetadata().getName() + ": " + said
                                    + "; it is tried again",
                            "refused %s %d".formatted(job.getMetadata().getName(), e.getCode()));
        }
    }

    /** Deletes a run that was kept long enough; its Jobs go with it. */
    void expire(OptimizationRun run) {
        LOG.info("kept for ttlAfterFinished={}; deleted", run.getSpec().ttlAfterFinished());
        services.client()
                .resource(run)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
    }

    /** Such a Job fails at once, and its pods stay for their logs. The next trial need not wait for a second end. */
    void endVainRetries(RunSnapshot picture) {
        for (Job job : picture.retriedInVain()) {
            LOG.info("Job {} is not tried again", job.getMetadata().getName());
            services.client()
                    .resource(job)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            NO_RETRY.formatted(job.getMetadata().getUid()));
        }
    }

    private void delete(JobNames names, JobKey key) {
        for (String name : names.of(key)) {
            @Nullable
            Job job = services.client()
                    .batch()
                    .v1()
                    .jobs()
                    .inNamespace(names.namespace(key))
                    .withName(name)
                    .get();
            if (job != null && names.isOurs(job)) {
                delete(job);
            }
        }
    }

    /** This very Job; one that somebody made under its name in between stays. */
    private void delete(Job job) {
        DeleteOptions options = new DeleteOptionsBuilder()
                .withPropagationPolicy("Background")
                .withNewPreconditions()
                .withUid(job.getMetadata().getUid())
                .endPreconditions()
                .build();
        try {
            services.client()
                    .raw(
                            "/apis/batch/v1/namespaces/%s/jobs/%s"
                                    .formatted(
                                            job.getMetadata().getNamespace(),
                                            job.getMetadata().getName()),
                            "DELETE",
                            options);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
            LOG.info("Job {} is another one by now", job.getMetadata().getName());
        }
    }
}
