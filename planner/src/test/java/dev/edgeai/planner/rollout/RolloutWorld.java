package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.Decimal;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.RolloutPolicy;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.planner.Fingerprints;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.rollout.TrafficMode.Only;
import dev.edgeai.planner.rollout.TrafficMode.Split;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** A target's Deployments, Services and warm-up Job, and an operator that may die between any two steps. */
@NullUnmarked // null takes a default
final class RolloutWorld {
    static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    /** How a version behaves. */
    enum Nature {
        GOOD,
        CRASHES,
        REFUSED,
        NEVER_READY,
        WRONG_ANSWERS,
        FAILS_REQUESTS,
        SLOW
    }

    private record Pods(int replicas, int ready) {}

    private final RolloutPolicy policy;
    private final double crash;
    private final Random random;
    private final Map<String, Nature> natures = new TreeMap<>();
    private final Map<String, Pods> deployments = new TreeMap<>();
    private final Map<String, Integer> warmups = new TreeMap<>();
    private final Set<String> verified = new HashSet<>();
    final List<RolloutPhase> phases = new ArrayList<>();
    TargetStatus stored = RolloutMachine.begin("line-cameras", T0);
    Instant now = T0;

    @Nullable
    CertifiedVersion wanted;

    @Nullable
    TrafficMode traffic;

    @Nullable
    String promote;

    @Nullable
    String retry;

    boolean suspended;
    boolean silent;
    boolean outage;
    int splits;
    int replicas = 2;
    RolloutDecision last = new RolloutDecision(stored, List.of());

    RolloutWorld(RolloutPolicy policy, double crash, long seed) {
        this.policy = policy;
        this.crash = crash;
        this.random = new Random(seed);
    }

    static CertifiedVersion version(String name) {
        return new CertifiedVersion(
                "rev-" + name,
                "registry/m@" + digest(name),
                digest(name),
                digest("cert-" + name),
                "run",
                name,
                "openvino/" + name,
                Decimal.of("3"),
                Decimal.of("0.99"),
                Estimate.of(0.98, 0.97, 0.99, 1000),
                1000,
                "runtime:1");
    }

    static String digest(String name) {
        return "sha256:" + Fingerprints.hex(64, name);
    }

    CertifiedVersion want(String name, Nature nature) {
        CertifiedVersion version = version(name);
        natures.put(version.revision(), nature);
        wanted = version;
        return version;
    }

    boolean settled() {
        return stored.phase() == RolloutPhase.IDLE
                && last.actions().stream().allMatch(a -> a instanceof RolloutAction.EnsureServices);
    }

    /** Ticks until nothing changes any more. */
    void settle(int atMost) {
        for (int i = 0; i < atMost; i++) {
            tick();
            if (settled()) {
                return;
            }
        }
        throw new AssertionError(
                "does not settle; it is " + stored.phase() + ": " + stored.message() + " after " + phases);
    }

    void until(RolloutPhase phase) {
        for (int i = 0; i < 400 && stored.phase() != phase; i++) {
            tick();
        }
        if (stored.phase() != phase) {
            throw new AssertionError("never becomes " + phase + ": " + stored + " after " + phases);
        }
    }

    /** One reconciliation, cut short anywhere with the given probability, and three seconds of the cluster's life. */
    void tick() {
        last = RolloutMachine.decide(stored, observe(), policy, now);
        boolean died = false;
        for (RolloutAction action : last.actions()) {
            died = died || random.nextDouble() < crash;
            if (!died) {
                execute(action);
                if (random.nextDouble() < crash) {
                    execute(action);
                }
                checkUsers();
            }
        }
        if (!died && random.nextDouble() >= crash) {
            stored = last.status();
            if (phases.isEmpty() || phases.getLast() != stored.phase()) {
                phases.add(stored.phase());
            }
        }
        deployments.replaceAll((rev, p) -> new Pods(p.replicas, ready(rev, p)));
        warmups.replaceAll((rev, left) -> Math.max(0, left - 1));
        warmups.forEach((rev, left) -> {
            if (left == 0 && natures.get(rev) != Nature.WRONG_ANSWERS) {
                verified.add(rev);
            }
        });
        now = now.plus(Duration.ofSeconds(3));
    }

    /** What must hold after every single write: users reach only verified versions, and always a ready pod. */
    private void checkUsers() {
        for (String rev : natures.keySet()) {
            if (weight(rev) > 0 && !verified.contains(rev)) {
                throw new AssertionError(rev + " gets traffic without having been verified");
            }
        }
        if (!outage && traffic != null && natures.keySet().stream().noneMatch(r -> weight(r) > 0 && readyPods(r) > 0)) {
            throw new AssertionError("users reach no ready pod: " + traffic + " of " + deployments);
        }
    }

    private void checkPromotion(TrafficMode mode) {
        boolean promotes = mode instanceof Only(String rev)
                && stored.stable() != null
                && stored.candidate() != null
                && stored.candidate().revision().equals(rev);
        if (promotes && mode instanceof Only(String rev) && readyPods(rev) < replicas) {
            throw new AssertionError(rev + " gets all traffic with " + readyPods(rev) + " of " + replicas + " pods");
        }
    }

    int weight(String rev) {
        return observedTraffic().map(t -> t.weightOf(rev)).orElse(0);
    }

    Set<String> deployed() {
        return deployments.keySet();
    }

    int replicasOf(String rev) {
        Pods pods = deployments.get(rev);
        return pods == null ? 0 : pods.replicas;
    }

    void ready(String rev, int ready) {
        deployments.computeIfPresent(rev, (r, p) -> new Pods(p.replicas, ready));
    }

    private int readyPods(String rev) {
        Pods pods = deployments.get(rev);
        return pods == null ? 0 : pods.ready;
    }

    private int ready(String rev, Pods pods) {
        return switch (natures.getOrDefault(rev, Nature.GOOD)) {
            case CRASHES, REFUSED, NEVER_READY -> 0;
            default -> Math.min(pods.replicas, pods.ready + 1);
        };
    }

    private void execute(RolloutAction action) {
        switch (action) {
            case RolloutAction.SetTraffic a -> {
                checkPromotion(a.mode());
                traffic = a.mode();
                splits += a.mode() instanceof Split ? 1 : 0;
            }
            case RolloutAction.EnsureDeployment a ->
                deployments.putIfAbsent(a.version().revision(), new Pods(a.replicas(), 0));
            case RolloutAction.ScaleDeployment a ->
                deployments.computeIfPresent(
                        a.revision(), (r, p) -> new Pods(a.replicas(), Math.min(p.ready, a.replicas())));
            case RolloutAction.DeleteDeployment a -> deployments.remove(a.revision());
            case RolloutAction.StartWarmup a -> warmups.putIfAbsent(a.version().revision(), 3);
            case RolloutAction.DeleteWarmup a -> warmups.remove(a.revision());
            case RolloutAction.EnsureServices a -> {}
            case RolloutAction.RecordEvent a -> {}
            case RolloutAction.Requeue a -> {}
        }
    }

    private Optional<TrafficMode> observedTraffic() {
        return Optional.ofNullable(
                traffic instanceof Split(String s, String c, int w)
                        ? new Split(s, c, ReplicaSplit.weight(readyPods(s), readyPods(c)))
                        : traffic);
    }

    private RolloutObservation observe() {
        Map<String, RevisionState> revisions = new TreeMap<>();
        deployments.forEach((rev, p) -> {
            Nature nature = natures.getOrDefault(rev, Nature.GOOD);
            Optional<Failure> failure = nature == Nature.REFUSED
                    ? Optional.of(new Failure("CertificateInvalid", "the signature does not fit"))
                    : Optional.empty();
            revisions.put(
                    rev, new RevisionState(p.replicas, p.ready, nature == Nature.CRASHES, failure, Optional.empty()));
        });
        return new RolloutObservation(
                Optional.ofNullable(wanted),
                replicas,
                suspended,
                Optional.ofNullable(promote),
                Optional.ofNullable(retry),
                revisions,
                observedTraffic(),
                warmup(),
                live(),
                Map.of());
    }

    private JobState<WarmupResult> warmup() {
        if (stored.candidate() == null
                || !warmups.containsKey(stored.candidate().revision())) {
            return new JobState.Missing<>();
        }
        String rev = stored.candidate().revision();
        if (warmups.get(rev) > 0) {
            return new JobState.Running<>(Optional.empty());
        }
        Estimate quality = natures.get(rev) == Nature.WRONG_ANSWERS
                ? Estimate.of(0.1, 0.05, 0.15, 200)
                : Estimate.of(0.975, 0.94, 0.99, 200);
        return new JobState.Succeeded<>(new WarmupResult(200, 0, quality, 3000, null), Optional.empty());
    }

    private LiveMetrics live() {
        if (silent) {
            return new LiveMetrics(Optional.empty(), Optional.empty(), Optional.of("pod a: timed out"));
        }
        boolean baking = stored.phase() == RolloutPhase.BAKING;
        Optional<String> watched = Optional.ofNullable(baking ? stored.stable() : stored.candidate())
                .map(TargetStatus.Version::revision);
        Optional<String> reference = Optional.ofNullable(baking ? stored.previous() : stored.stable())
                .map(TargetStatus.Version::revision);
        return new LiveMetrics(watched.map(this::window), reference.map(this::window), Optional.empty());
    }

    private Window window(String rev) {
        double requests = 10.0 * weight(rev);
        return switch (natures.getOrDefault(rev, Nature.GOOD)) {
            case FAILS_REQUESTS -> AnalysisTest.window(requests * 0.5, requests * 0.5);
            case SLOW -> AnalysisTest.window(new Counts(requests, 0, 0, HistogramTest.of(0, 0, requests, requests)));
            default -> AnalysisTest.window(requests, 0);
        };
    }
}
