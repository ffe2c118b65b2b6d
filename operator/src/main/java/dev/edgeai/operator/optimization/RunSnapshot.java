package dev.edgeai.operator.optimization;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.operator.accelerator.NodePool;
import dev.edgeai.operator.job.CertifyJob;
import dev.edgeai.operator.job.ReportJob;
import dev.edgeai.operator.job.RunRef;
import dev.edgeai.operator.job.Terminations;
import dev.edgeai.operator.job.TrialJob;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.run.Heritage;
import dev.edgeai.planner.run.Heritage.Ancestor;
import dev.edgeai.planner.run.Heritage.Extent;
import dev.edgeai.planner.run.JobKey;
import dev.edgeai.planner.run.RunObservation;
import dev.edgeai.planner.run.RunObservationBuilder;
import dev.edgeai.planner.search.EarlierRun;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was found in the cluster for one run, at one moment.
 *
 * @param run whose picture it is
 * @param accelerator name of the profile the run asks for
 * @param extent how much it is to inherit
 * @param suspended whether its owner is suspended
 * @param jobs that the operator made for this very run, in both namespaces
 * @param foreignJobs others that look so
 * @param nodes of the cluster
 * @param earlier other runs of the namespace that ended well
 * @param relatives other runs of the same model, the newest first, then those of other models of the namespace
 * @param time when it was taken
 */
@RecordBuilder
record RunSnapshot(
        RunRef run,
        String accelerator,
        Extent extent,
        boolean suspended,
        List<MadeJob> jobs,
        List<Foreign> foreignJobs,
        List<Node> nodes,
        List<EarlierRun> earlier,
        List<OptimizationRun> relatives,
        Instant time) {

    /** The picture in the planner's words. */
    RunObservation observation(OperatorConfig config) {
        Optional<AcceleratorProfile> requested = config.accelerator(accelerator);
        Optional<AcceleratorProfile> fallback =
                requested.map(AcceleratorProfile::fallback).flatMap(name -> config.accelerator(name));
        Map<String, JobState<TrialResult>> trials = states(JobKey.Kind.TRIAL, TrialJob.MEASURE, TrialResult.class);
        return RunObservationBuilder.builder()
                .accelerators(
                        new RunObservation.Accelerators(requested.map(this::matched), fallback.map(this::matched)))
                .available(config.images().optimizers().keySet())
                .fetched(baseline(TrialJob.FETCH, FetchResult.class))
                .assessed(baseline(TrialJob.ASSESS, Assessment.class))
                .baseline(trials.getOrDefault(TrialSpec.BASELINE, new JobState.Missing<>()))
                .trials(without(trials, TrialSpec.BASELINE))
                .certifications(states(JobKey.Kind.CERTIFY, CertifyJob.CERTIFY, CertificateResult.class))
                .report(states(JobKey.Kind.REPORT, ReportJob.REPORT, ReportResult.class)
                        .getOrDefault(JobKey.report().trial(), new JobState.Missing<>()))
                .suspended(suspended)
                .repository(repository(config))
                .earlier(earlier)
                .heritage(new Heritage(extent, config.images(), ancestors(config)))
                .build();
    }

    /** Where variants are pushed, unless the run began with those of another model. */
    String repository(OperatorConfig config) {
        return repository(config, run);
    }

    private static String repository(OperatorConfig config, RunRef run) {
        return String.join(
                "/", config.registry().prefix(), run.namespace(), run.model().orElse(run.name()));
    }

    private List<Ancestor> ancestors(OperatorConfig config) {
        return relatives.stream()
                .map(other -> new Ancestor(
                        other.getMetadata().getName(),
                        other.getSpec(),
                        other.getStatus(),
                        Heritage.repository(other.getStatus().repository(), repository(config, RunRef.of(other)))))
                .toList();
    }

    /** Jobs whose next attempt would only end as the last one did. */
    List<Job> retriedInVain() {
        return jobs.stream().filter(MadeJob::retriesInVain).map(MadeJob::job).toList();
    }

    /** What somebody made to look like the run's. */
    List<Foreign> foreign() {
        return Stream.concat(foreignJobs.stream(), jobs.stream().flatMap(job -> job.foreign().stream()))
                .toList();
    }

    private RunObservation.Matched matched(AcceleratorProfile profile) {
        NodePool pool = NodePool.of(profile, nodes);
        return new RunObservation.Matched(profile, pool.size(), pool.cpuFeatures());
    }

    /** Where a Job stands under both of its names, the one that can still tell something counts. */
    private <T> Map<String, JobState<T>> states(JobKey.Kind kind, String container, Class<T> type) {
        Map<String, JobState<T>> states = new HashMap<>();
        for (MadeJob made : jobs) {
            JobNames.key(made.job())
                    .filter(key -> key.kind() == kind)
                    .ifPresent(key -> states.merge(
                            key.trial(),
                            made.state(container, type, time),
                            (one, other) -> one instanceof JobState.Missing<T> ? other : one));
        }
        return states;
    }

    private <T> Optional<T> baseline(String container, Class<T> type) {
        return jobs.stream()
                .filter(made -> JobNames.key(made.job())
                        .filter(JobKey.baseline()::equals)
                        .isPresent())
                .flatMap(made -> made.pods().stream())
                .flatMap(pod -> Terminations.result(pod, container, type).stream())
                .findFirst();
    }

    private static <T> Map<String, T> without(Map<String, T> map, String key) {
        Map<String, T> rest = new HashMap<>(map);
        rest.remove(key);
        return rest;
    }
}
