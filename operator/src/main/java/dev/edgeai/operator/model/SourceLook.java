package dev.edgeai.operator.model;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.ResolveResult;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.EdgeModelStatus;
import dev.edgeai.api.v1alpha1.EdgeModelStatusBuilder;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.SourceTag;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.ResolveJob;
import dev.edgeai.operator.job.JobReader;
import dev.edgeai.operator.ownership.NameTakenException;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.status.Events;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.source.SourceMoved;
import dev.edgeai.planner.source.TagWatch;
import dev.edgeai.planner.source.TagWatch.Act;
import dev.edgeai.planner.source.TagWatch.Decision;
import dev.edgeai.planner.source.TagWatch.Run;
import dev.edgeai.planner.status.Conditions;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.status.TargetOutcome;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Looks at the tag of a model's source. All that is known between two looks stands in the model's status, and the name of
 * the next look's Job follows from it, so a restart at any step goes on where it was. Nothing that goes wrong here is the
 * model's fault: it is told in the condition and keeps nothing else from moving.
 */
final class SourceLook {
    private static final Logger LOG = LoggerFactory.getLogger(SourceLook.class);

    private final Services services;
    private final OwnedObjects owned;

    SourceLook(Services services, OwnedObjects owned) {
        this.services = services;
        this.owned = owned;
    }

    /**
     * What came of it.
     *
     * @param status with what is known of the tag
     * @param done Jobs that may go when the status is written
     * @param again when to look again
     */
    record Looked(EdgeModelStatus status, List<Job> done, Optional<Duration> again) {}

    /**
     * Decides, makes the Job of a look that is due, and tells what was found.
     *
     * @param status of the targets that were just looked at
     */
    Looked look(
            EdgeModel model, ModelObjects objects, List<TargetOutcome> outcomes, EdgeModelStatus status, Instant now) {
        ModelSource source = model.getSpec().source();
        Optional<SourceTag> known = Optional.ofNullable(status.sourceTag());
        List<Run> runs = outcomes.stream()
                .flatMap(outcome -> outcome.run().stream())
                .map(SourceLook::run)
                .toList();
        List<Job> looks = objects.looks();
        Optional<String> name = known.map(tag -> name(model, tag));
        Optional<Job> next = looks.stream()
                .filter(job -> name.filter(job.getMetadata().getName()::equals).isPresent())
                .findFirst();
        Decision decision = TagWatch.decide(
                new TagWatch.Seen(
                        source,
                        model.getSpec().suspend(),
                        retry(model),
                        known,
                        runs,
                        next.map(job -> state(job, objects, now)).orElseGet(JobState.Missing::new),
                        services.config().sourceCheck().interval().duration()),
                now);
        if (decision.act() == Act.START) {
            decision = start(model, decision, now);
        }
        tell(model, decision, runs);
        Act act = decision.act();
        return new Looked(
                told(model, status, decision.known(), runs, now),
                looks.stream()
                        .filter(job -> act == Act.NONE || !next.equals(Optional.of(job)))
                        .filter(job -> job.getMetadata().getDeletionTimestamp() == null)
                        .toList(),
                followed(known).equals(followed(decision.known())) ? decision.again() : Optional.of(Duration.ZERO));
    }

    /** Deletes what was read, or is wanted no more; what cannot be deleted now is at the next look. */
    void cleanUp(Looked looked) {
        for (Job job : looked.done()) {
            try {
                owned.delete(job);
            } catch (KubernetesClientException e) {
                LOG.warn("cannot delete Job {}: {}", job.getMetadata().getName(), e.getMessage());
            }
        }
    }

    private Decision start(EdgeModel model, Decision decision, Instant now) {
        try {
            String name = name(model, decision.known().orElseThrow());
            owned.create(services.seals().seal(new ResolveJob(model, name, services.config()).build()));
            return decision;
        } catch (KubernetesClientException | NameTakenException e) {
            LOG.info("no look at the source of {}: {}", model.getMetadata().getName(), e.getMessage());
            return decision.refused("its Job cannot be made: " + e.getMessage(), now);
        }
    }

    /** Of the next look, which is another one as soon as this has ended. Nobody else can know it before. */
    private String name(EdgeModel model, SourceTag tag) {
        String name = ObjectNames.resolveJob(model.getMetadata().getName(), tag.uri() + tag.lastLook());
        return ObjectNames.unguessable(
                name, services.seals().unguessable(model.getMetadata().getUid(), name));
    }

    /** One whose result was lost with its pod came to nothing; one that is being deleted is waited for. */
    private static JobState<ResolveResult> state(Job job, ModelObjects objects, Instant now) {
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return new JobState.Running<>(Optional.empty());
        }
        JobState<ResolveResult> state =
                JobReader.read(job, objects.podsOf(job), ResolveJob.RESOLVE, ResolveResult.class, now);
        return state instanceof JobState.Missing
                ? new JobState.Failed<>(
                        new Failure(FailureReason.INTERNAL_ERROR.reason(), "its result was lost with its pod"),
                        Optional.empty())
                : state;
    }

    private static Run run(OptimizationRun run) {
        Optional<OptimizationRunStatus> status = Optional.ofNullable(run.getStatus());
        RunPhase phase = status.map(OptimizationRunStatus::phase).orElse(null);
        return new Run(
                run.getMetadata().getName(),
                phase == RunPhase.SUCCEEDED || phase == RunPhase.FAILED,
                status.map(OptimizationRunStatus::sourceDigest)
                        .or(() -> Optional.ofNullable(run.getSpec().source().digest())),
                status.map(OptimizationRunStatus::completionTime).flatMap(Times::read));
    }

    private void tell(EdgeModel model, Decision decision, List<Run> runs) {
        if (decision.moved().isPresent()) {
            services.events()
                    .tell(
                            model,
                            Events.Type.NORMAL,
                            Reason.TAG_MOVED.text(),
                            SourceMoved.sentence(
                                    model.getSpec().source(), decision.known().orElseThrow(), runs),
                            decision.moved().get());
        }
    }

    private static EdgeModelStatus told(
            EdgeModel model, EdgeModelStatus status, Optional<SourceTag> known, List<Run> runs, Instant now) {
        Conditions conditions = Conditions.of(
                status.conditions(),
                Objects.requireNonNullElse(model.getMetadata().getGeneration(), 0L),
                now);
        return EdgeModelStatusBuilder.builder(status)
                .conditions(SourceMoved.tell(conditions, model.getSpec().source(), known, runs)
                        .list())
                .sourceTag(known.orElse(null))
                .build();
    }

    private static Optional<String> followed(Optional<SourceTag> tag) {
        return tag.map(SourceTag::followed);
    }

    private static Optional<String> retry(EdgeModel model) {
        return Optional.ofNullable(model.getMetadata().getAnnotations()).map(all -> all.get(Labels.RETRY));
    }
}
