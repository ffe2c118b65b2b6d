package dev.edgeai.operator.optimization;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.TrialPhase;
import dev.edgeai.api.v1alpha1.TrialStatus;
import dev.edgeai.operator.Services;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.operator.status.Events;
import dev.edgeai.planner.optimization.JobKey;
import dev.edgeai.planner.optimization.RunAction;
import dev.edgeai.planner.optimization.RunDecision;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
import java.util.Set;
import java.util.stream.Collectors;

/** Makes a decision so. Each action may be done any number of times. */
final class RunActions {
    private static final Logger LOG = LoggerFactory.getLogger(RunActions.class);
    private static final Set<TrialPhase> FINISHED = Set.of(TrialPhase.ACCEPTED, TrialPhase.REJECTED, TrialPhase.FAILED);
    private static final String NO_RETRY = "{\"spec\": {\"backoffLimit\": 0}}";

    private final Services services;

    RunActions(Services services) {
        this.services = services;
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

    /** Counts trials that this decision finished. */
    void count(OptimizationRun run, OptimizationRunStatus before, OptimizationRunStatus after) {
        Map<String, TrialPhase> phases =
                before.trials().stream().collect(Collectors.toMap(TrialStatus::name, TrialStatus::phase));
        after.trials().stream()
                .filter(trial -> FINISHED.contains(trial.phase()) && trial.phase() != phases.get(trial.name()))
                .forEach(trial -> services.metrics()
                        .trialFinished(
                                Objects.requireNonNullElse(
                                        after.accelerator(), run.getSpec().accelerator()),
                                trial.framework().slug(),
                                trial.phase().name().toLowerCase(Locale.ROOT)));
    }

    void apply(OptimizationRun run, RunPicture picture, RunDecision decision) {
        RunJobs jobs = new RunJobs(
                run,
                decision.status(),
                picture.repository(services.config()),
                services.config(),
                services.settings().namespace());
        for (RunAction action : decision.actions()) {
            switch (action) {
                case RunAction.StartBaseline start -> start(run, jobs.baseline(start));
                case RunAction.StartTrial start -> start(run, jobs.trial(start));
                case RunAction.StartCertify start -> {
                    if (services.keys().ensure().isEmpty()) {
                        start(run, jobs.certify(start));
                    }
                }
                case RunAction.StartReport start -> jobs.report(start).ifPresent(job -> start(run, job));
                case RunAction.DeleteJob delete -> delete(picture.run(), delete.job());
                case RunAction.RecordEvent told -> {}
                case RunAction.Requeue later -> {}
            }
        }
    }

    /**
     * Makes a Job. One of its name that stands there already is this one, made before a crash, or it can bring no result
     * any more (see {@link dev.edgeai.operator.job.JobReader}): then it goes, and the next decision makes it anew.
     */
    private void start(OptimizationRun run, Job job) {
        try {
            services.client().resource(job).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                sayRefused(run, job, e);
                throw e;
            }
            @Nullable Job present = services.client().resource(job).get();
            if (present != null) {
                replaceLater(RunRef.of(run), present);
            }
        }
    }

    /** A quota, a policy or a missing permission: only the namespace's people can help, so they must hear of it. */
    private void sayRefused(OptimizationRun run, Job job, KubernetesClientException e) {
        String said = e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage();
        services.events()
                .tell(
                        run,
                        Events.Type.WARNING,
                        "JobRefused",
                        "the API server refused Job " + job.getMetadata().getName() + ": " + said
                                + "; it is tried again",
                        "refused " + job.getMetadata().getName());
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
    void endVainRetries(RunPicture picture) {
        for (Job job : picture.retriedInVain()) {
            LOG.info("Job {} is not tried again", job.getMetadata().getName());
            services.client().resource(job).patch(PatchContext.of(PatchType.JSON_MERGE), NO_RETRY);
        }
    }

    private void replaceLater(RunRef run, Job present) {
        if (!RunRef.find(present).equals(Set.of(run.id()))) {
            throw new IllegalStateException("Job " + present.getMetadata().getNamespace() + "/"
                    + present.getMetadata().getName() + " is not the operator's but has the name it needs for "
                    + run.namespace() + "/" + run.name() + "; rename or delete it");
        }
        LOG.info(
                "Job {} can bring no result any more; it is made anew",
                present.getMetadata().getName());
        delete(present);
    }

    private void delete(RunRef run, JobKey key) {
        boolean certify = key.kind() == JobKey.Kind.CERTIFY;
        @Nullable
        Job job = services.client()
                .batch()
                .v1()
                .jobs()
                .inNamespace(certify ? services.settings().namespace() : run.namespace())
                .withName(certify ? run.certifyJob(key) : key.jobName(run.name()))
                .get();
        if (job != null && run.owns(job)) {
            delete(job);
        }
    }

    private void delete(Job job) {
        services.client()
                .resource(job)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
    }
}
