package dev.edgeai.operator.rollout;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.v1alpha1.EdgeModel;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.Target;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.observation.NodeFacts;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.operator.ownership.NameTakenException;
import dev.edgeai.operator.services.Services;
import dev.edgeai.operator.status.Events;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.rollout.RevisionState;
import dev.edgeai.planner.status.Explanation;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.status.TargetOutcome;
import dev.edgeai.planner.status.TargetOutcome.Failure;
import dev.edgeai.planner.status.TargetOutcomeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Looks at one target, so that whatever is wrong with it is said and keeps no other from moving. */
public final class TargetGuard {
    /** At one look; whoever makes one can make thousands. */
    private static final int TOLD_STRANGERS = 3;

    private static final Duration SETTLED = Duration.ofSeconds(30);
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;

    /** Gone or changed in between, or the API server has too much to do: another time it is answered otherwise. */
    private static final Set<Integer> PASSING = Set.of(
            HttpURLConnection.HTTP_NOT_FOUND,
            HttpURLConnection.HTTP_CLIENT_TIMEOUT,
            HttpURLConnection.HTTP_CONFLICT,
            429 /* too many requests */);

    private final Services services;
    private final Supplier<NodeFacts> nodes;
    private final BiFunction<TargetContext, Consumer<RuntimeException>, TargetOutcome> rollout;
    private final RollbackIntent intents;

    /** When each was first seen, by UID. */
    private final Map<String, Instant> strangersSeen = new ConcurrentHashMap<>();

    /**
     * @param rollout looks at a target; told what went wrong and did not stop it, it says so
     */
    public TargetGuard(
            Services services,
            Supplier<NodeFacts> nodes,
            BiFunction<TargetContext, Consumer<RuntimeException>, TargetOutcome> rollout) {
        this.services = services;
        this.nodes = nodes;
        this.rollout = rollout;
        this.intents = new RollbackIntent(services.seals());
    }

    /**
     * What looking at it came to, with what users see of it now.
     *
     * @param status as it was written last
     * @param seen its objects
     * @param runs of all targets
     * @param times how often in a row it would have failed, if it fails now
     * @param failures told what has to be tried again
     */
    public TargetOutcome look(
            EdgeModel model,
            Target target,
            TargetStatus status,
            TargetObjects seen,
            List<OptimizationRun> runs,
            Instant now,
            int times,
            Failures failures) {
        Function<Optional<Explanation>, TargetOutcome> stopped =
                why -> stopped(model, target, status, seen, runs, now, why);
        Optional<AcceleratorProfile> profile = services.config().accelerator(target.accelerator());
        if (profile.isEmpty()) {
            return stopped.apply(Optional.of(new Explanation(Reason.UNKNOWN_ACCELERATOR, unknown(target))));
        }
        if (!profile.get().delivery().contains(target.delivery())) {
            return stopped.apply(Optional.of(new Explanation(Reason.DELIVERY_NOT_ALLOWED, notAllowed(profile.get()))));
        }
        strangers(model, target, seen, now);
        List<RuntimeException> beside = new ArrayList<>();
        try {
            ServedTarget served = served(model, target, seen.ref(), profile.get());
            TargetStatus before =
                    intents.newest(status, seen, model.getMetadata().getUid());
            TargetOutcome outcome = rollout.apply(
                    TargetContextBuilder.builder()
                            .model(model)
                            .target(target)
                            .served(served)
                            .written(status)
                            .status(before)
                            .objects(seen)
                            .runs(runs)
                            .nodes(nodes.get())
                            .now(now)
                            .build(),
                    beside::add);
            Optional<Explanation> unreached =
                    outcome.serves() ? Reachability.missing(before, outcome.status(), seen) : Optional.empty();
            unreached
                    .filter(why -> why.reason() == Reason.SERVICE_CHANGED && status.bundle() == null)
                    .ifPresent(why -> serviceChanged(model, target, why, now));
            TargetOutcome reached = outcome.unreached(unreached);
            if (beside.isEmpty()) {
                return reached;
            }
            Optional<Explanation> problem = problem(model, target, beside.getFirst());
            if (problem.isPresent()) {
                return TargetOutcomeBuilder.builder(reached).problem(problem).build();
            }
            failures.beside().add(beside.getFirst());
            return reached.failed(Failure.of(times, beside.getFirst()));
        } catch (RuntimeException e) {
            Optional<Explanation> problem = problem(model, target, e);
            if (!(e instanceof NameTakenException)) {
                failures.stopping().add(e);
            }
            TargetOutcome outcome = stopped.apply(problem);
            return problem.isPresent() ? outcome : outcome.failed(Failure.of(times, e));
        }
    }

    /** What a person has to act on; anything else is tried again before one is asked. */
    private Optional<Explanation> problem(EdgeModel model, Target target, RuntimeException e) {
        return switch (e) {
            case NameTakenException taken -> {
                tell(model, target, taken);
                yield Optional.of(new Explanation(Reason.NAME_TAKEN, taken.sentence()));
            }
            case KubernetesClientException refused -> refusal(refused);
            default -> Optional.empty();
        };
    }

    private ServedTarget served(EdgeModel model, Target target, TargetRef ref, AcceleratorProfile profile) {
        return new ServedTarget(
                ref,
                ServedTarget.ownedBy(model),
                profile,
                target.serving(),
                model.getSpec().task(),
                services.config(),
                services.keys().trusted());
    }

    private void tell(EdgeModel model, Target target, NameTakenException taken) {
        services.events()
                .tell(
                        model,
                        Events.Type.WARNING,
                        Reason.NAME_TAKEN.text(),
                        "target " + target.name() + ": " + taken.sentence(),
                        target.name() + "/" + taken.sentence());
    }

    private void serviceChanged(EdgeModel model, Target target, Explanation why, Instant now) {
        services.events()
                .tell(
                        model,
                        Events.Type.WARNING,
                        why.reason().text(),
                        "target " + target.name() + ": " + why.message(),
                        String.join(
                                "/",
                                target.name(),
                                why.message(),
                                now.truncatedTo(ChronoUnit.MINUTES).toString()));
    }

    private void strangers(EdgeModel model, Target target, TargetObjects seen, Instant now) {
        List<Pod> strangers = seen.strangers().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
        strangers.stream()
                .filter(pod -> isSettled(pod, now))
                .limit(TOLD_STRANGERS)
                .map(pod -> pod.getMetadata())
                .forEach(pod -> services.events()
                        .tell(
                                model,
                                Events.Type.WARNING,
                                Reason.FOREIGN_OBJECT.text(),
                                "pod %s has the labels of target %s and is of none of its Deployments: the Service may lead users to it, and nothing it does counts for a version; delete it or take its labels off"
                                        .formatted(pod.getName(), target.name()),
                                pod.getUid()));
    }

    /** Those of a Deployment that was just deleted go by themselves, and soon. */
    private boolean isSettled(Pod stranger, Instant now) {
        strangersSeen.values().removeIf(now.minus(REMEMBERED)::isAfter);
        return !strangersSeen
                .computeIfAbsent(stranger.getMetadata().getUid(), _ -> now)
                .plus(SETTLED)
                .isAfter(now);
    }

    /** What the API server will refuse again. */
    private static Optional<Explanation> refusal(KubernetesClientException e) {
        boolean refused = e.getCode() >= CLIENT_ERROR && e.getCode() < SERVER_ERROR && !PASSING.contains(e.getCode());
        String why = e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage();
        return refused
                ? Optional.of(new Explanation(Reason.INTERNAL_ERROR, "the API server refuses: " + why))
                : Optional.empty();
    }

    private String unknown(Target target) {
        return "there is no accelerator profile '" + target.accelerator() + "'; the operator's configuration has "
                + services.config().accelerators().stream()
                        .map(AcceleratorProfile::name)
                        .collect(Collectors.joining(", "));
    }

    private static String notAllowed(AcceleratorProfile profile) {
        return "accelerator '" + profile.name() + "' allows delivery "
                + profile.delivery().stream().map(Json::write).collect(Collectors.joining(" or "))
                + " only; set targets[].delivery, or delivery in the operator's configuration";
    }

    /** What serves goes on serving, and what was optimized stays so. */
    private static TargetOutcome stopped(
            EdgeModel model,
            Target target,
            TargetStatus status,
            TargetObjects seen,
            List<OptimizationRun> runs,
            Instant now,
            Optional<Explanation> problem) {
        Optional<RevisionState> stable = Optional.ofNullable(status.stable())
                .map(Version::revision)
                .map(seen.revisions(NodeFacts.NONE, now)::get);
        TargetOutcome outcome = TargetOutcomeBuilder.builder(TargetOutcome.of(
                        target,
                        TargetContext.policy(model, target),
                        status,
                        TargetContext.replicas(model, target),
                        stable.map(RevisionState::ready).orElse(0),
                        now))
                .run(runs.stream()
                        .filter(run -> run.getMetadata().getName().equals(status.run()))
                        .findFirst())
                .problem(problem)
                .lacking(stable.flatMap(RevisionState::why))
                .build();
        // Of a name that is taken one sentence is enough: what was looked up at the Service would contradict it
        return outcome.serves()
                ? outcome.unreached(Reachability.missing(status, seen)
                        .map(missing -> problem.filter(said -> said.reason() == Reason.NAME_TAKEN)
                                .orElse(missing)))
                : outcome;
    }
}
