package dev.edgeai.operator.observation;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.ServingDeployment;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.delivery.WarmupJob;
import dev.edgeai.operator.job.JobReader;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.traffic.TrafficView;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.rollout.Disturbance;
import dev.edgeai.planner.rollout.RevisionState;
import dev.edgeai.planner.rollout.RevisionStateBuilder;
import dev.edgeai.planner.status.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The objects of one target, as the caches have them at one moment.
 *
 * @param ref the target
 * @param deployments of all its revisions
 * @param pods serving pods of its Deployments, and the warm-up's
 * @param strangers pods that only have the labels of serving ones: its Services may lead to them, and nothing else they
 *     do counts
 * @param services stable and preview
 * @param slices EndpointSlices of both Services
 * @param jobs that send samples, as the operator made them
 * @param budgets PodDisruptionBudgets
 */
public record TargetObjects(
        TargetRef ref,
        List<Deployment> deployments,
        List<Pod> pods,
        List<Pod> strangers,
        List<Service> services,
        List<EndpointSlice> slices,
        List<Job> jobs,
        List<PodDisruptionBudget> budgets) {
    /**
     * Its Deployments as the planner sees them, by revision. One that is being deleted does not exist any more.
     *
     * @param nodes what is known of the nodes that its pods are on
     */
    public Map<String, RevisionState> revisions(NodeFacts nodes, Instant now) {
        Map<String, RevisionState> states = new HashMap<>();
        for (Deployment deployment : deployments) {
            if (deployment.getMetadata().getDeletionTimestamp() == null) {
                String revision = label(deployment, Labels.REVISION);
                states.put(revision, state(deployment, allPods(revision), nodes, now));
            }
        }
        return Map.copyOf(states);
    }

    private static RevisionState state(Deployment deployment, List<Pod> all, NodeFacts nodes, Instant now) {
        List<Pod> pods = all.stream()
                .filter(pod -> !PodFacts.isTerminating(pod) && !PodFacts.isGone(pod))
                .toList();
        List<Pod> ready = pods.stream().filter(PodFacts::isReady).toList();
        return RevisionStateBuilder.builder()
                .replicas(DeploymentFacts.replicas(deployment))
                .ready(ready.size())
                .unresponsive(
                        (int) pods.stream().filter(PodFacts::isUnresponsive).count())
                .silentSince(ready.isEmpty() ? silentSince(pods) : Optional.empty())
                .silenceSeen(Optional.empty())
                .readySince( // what was seen before is not looked at here
                        ready.stream()
                                .flatMap(pod -> PodFacts.readinessSince(pod).stream())
                                .min(Comparator.naturalOrder()))
                .runningSince(pods.stream()
                        .flatMap(pod -> PodFacts.runningSince(pod).stream())
                        .min(Comparator.naturalOrder()))
                .leaving((int) ready.stream().filter(nodes::isCordoned).count())
                .crashLooping(pods.stream().anyMatch(pod -> PodFacts.isCrashLooping(pod, now)))
                .intact(true)
                .finished( // its seal tells, which is not looked at here
                        DeploymentFacts.isFinished(deployment))
                .failure(pods.stream()
                        .flatMap(pod -> PodFacts.failure(pod, now).stream())
                        .findFirst())
                .disturbance(disturbance(deployment, all, nodes, now))
                .message(pods.stream()
                        .flatMap(pod -> PodFacts.message(pod).stream())
                        .findFirst())
                .build();
    }

    private static Optional<Instant> silentSince(List<Pod> pods) {
        return pods.stream()
                .filter(PodFacts::isUnresponsive)
                .flatMap(pod -> PodFacts.readinessSince(pod).stream())
                .max(Comparator.naturalOrder());
    }

    /** What keeps pods from being made, then what keeps those that are there from running, then what took others away. */
    private static Optional<Disturbance> disturbance(
            Deployment deployment, List<Pod> all, NodeFacts nodes, Instant now) {
        return DeploymentFacts.refused(deployment, now)
                .or(() -> all.stream()
                        .flatMap(pod -> PodFacts.disturbance(pod, nodes.lost(), now).stream())
                        .min(Comparator.comparing(d -> d.reason() == Reason.POD_DISRUPTED)));
    }

    private List<Pod> allPods(String revision) {
        return servingPods()
                .filter(pod -> label(pod, Labels.REVISION).equals(revision))
                .toList();
    }

    /** Serving pods of a revision that are not going away. */
    public List<Pod> servingPods(String revision) {
        return servingPods()
                .filter(pod -> label(pod, Labels.REVISION).equals(revision))
                .filter(pod -> !PodFacts.isTerminating(pod) && !PodFacts.isGone(pod))
                .toList();
    }

    private Stream<Pod> servingPods() {
        return pods.stream().filter(pod -> label(pod, Labels.COMPONENT).equals(Labels.SERVE));
    }

    /** What a Service sends requests to goes by labels alone. */
    private Stream<Pod> selectable() {
        return Stream.concat(servingPods(), strangers.stream());
    }

    /** What tells where the stable Service sends requests. */
    public TrafficView traffic() {
        String stable = ObjectNames.stableService(ref);
        Map<String, String> revisionOfPod = new HashMap<>();
        selectable().forEach(pod -> revisionOfPod.put(pod.getMetadata().getName(), label(pod, Labels.REVISION)));
        return new TrafficView(
                service(stable),
                slices.stream()
                        .filter(slice ->
                                label(slice, "kubernetes.io/service-name").equals(stable))
                        .toList(),
                revisionOfPod);
    }

    public Optional<Service> service(String name) {
        return services.stream()
                .filter(service -> service.getMetadata().getName().equals(name))
                .findFirst();
    }

    public Optional<Deployment> deployment(String revision) {
        return deployments.stream()
                .filter(deployment -> label(deployment, Labels.REVISION).equals(revision))
                .findFirst();
    }

    /** The warm-up Job of a revision. */
    public Optional<Job> warmup(String revision) {
        return job(TargetRef.WARMUP, revision);
    }

    /** The Job that sends probes to a revision and the one it is compared with. */
    public Optional<Job> probe(String revision) {
        return job(TargetRef.PROBE, revision);
    }

    private Optional<Job> job(String component, String revision) {
        return jobs.stream()
                .filter(job -> given(job, Labels.COMPONENT).equals(component))
                .filter(job -> given(job, Labels.REVISION).equals(revision))
                .findFirst();
    }

    /** Revisions that have a warm-up Job. */
    public Set<String> warmups() {
        return revisionsOf(TargetRef.WARMUP);
    }

    /** Revisions that have a Job that sends probes. */
    public Set<String> probes() {
        return revisionsOf(TargetRef.PROBE);
    }

    private Set<String> revisionsOf(String component) {
        return jobs.stream()
                .filter(job -> job.getMetadata().getDeletionTimestamp() == null)
                .filter(job -> given(job, Labels.COMPONENT).equals(component))
                .map(job -> given(job, Labels.REVISION))
                .collect(Collectors.toSet());
    }

    /** Nodes that pods of a revision are on, ready or not. */
    public Set<String> placed(String revision) {
        return servingPods(revision).stream()
                .flatMap(pod -> Stream.ofNullable(pod.getSpec()))
                .flatMap(spec -> Stream.ofNullable(spec.getNodeName()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Nodes that run ready pods of a revision. */
    public Set<String> nodes(String revision) {
        return servingPods(revision).stream()
                .filter(PodFacts::isReady)
                .flatMap(pod -> Stream.ofNullable(pod.getSpec()))
                .flatMap(spec -> Stream.ofNullable(spec.getNodeName()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What the warm-up of a revision came to. */
    public JobState<WarmupResult> warmupState(String revision, Instant now) {
        return warmup(revision)
                .map(job -> JobReader.read(job, podsOf(job), WarmupJob.WARMUP, WarmupResult.class, now))
                .orElseGet(JobState.Missing::new);
    }

    private List<Pod> podsOf(Job job) {
        return pods.stream()
                .filter(pod -> label(pod, "batch.kubernetes.io/job-name")
                        .equals(job.getMetadata().getName()))
                .toList();
    }

    /** Whether pods of other revisions than these can answer requests. */
    public boolean hasReadyPodsBesides(Set<String> revisions) {
        return selectable().anyMatch(pod -> PodFacts.isReady(pod) && !revisions.contains(label(pod, Labels.REVISION)));
    }

    /** What can be scraped of a revision: running pods that have an address. */
    public List<Watch.Pod> scrapable(String revision) {
        return servingPods(revision).stream()
                .filter(pod -> PodFacts.isReady(pod) || PodFacts.isUnresponsive(pod))
                .filter(pod -> pod.getStatus().getPodIP() != null)
                .map(pod -> new Watch.Pod(pod.getMetadata().getName(), revision, address(pod), PodFacts.isReady(pod)))
                .toList();
    }

    private static String address(Pod pod) {
        String ip = pod.getStatus().getPodIP();
        int port = pod.getSpec().getContainers().stream()
                .flatMap(container -> Optional.ofNullable(container.getPorts()).stream())
                .flatMap(List::stream)
                .filter(p -> "http".equals(p.getName()))
                .map(p -> p.getContainerPort())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(ServingDeployment.PORT);
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
    }

    private static String given(Job job, String label) {
        return Seals.givenLabels(job).getOrDefault(label, "");
    }

    static String label(HasMetadata object, String name) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return Optional.ofNullable(labels).map(l -> l.get(name)).orElse("");
    }
}
