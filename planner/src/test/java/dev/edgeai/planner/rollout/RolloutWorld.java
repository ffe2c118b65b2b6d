package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverrides;
import dev.edgeai.api.v1alpha1.rollout.RolloutOverridesBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.RolloutPolicy;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.Fingerprints;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.analysis.EvidenceSamples;
import dev.edgeai.planner.analysis.LiveEvidence;
import dev.edgeai.planner.analysis.LiveMetrics;
import dev.edgeai.planner.analysis.MetricAnalysisTest;
import dev.edgeai.planner.rollout.RolloutAction.RecordEvent;
import dev.edgeai.planner.scrape.Counts;
import dev.edgeai.planner.scrape.HistogramTest;
import dev.edgeai.planner.scrape.ScrapeRound;
import dev.edgeai.planner.scrape.Silence;
import dev.edgeai.planner.scrape.Window;
import dev.edgeai.planner.traffic.ReplicaSplit;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.traffic.TrafficMode.Split;
import dev.edgeai.planner.version.CertifiedVersion;
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

/** A target's Deployments, pods, Service and warm-up Job, and an operator that may die between any two steps. */
@NullUnmarked // null takes a default
public final class RolloutWorld {
    public static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration TICK = Duration.ofSeconds(3);

    /** Probes in a window. */
    private static final double PROBES = 40;

    /** How a version behaves. */
    public enum Nature {
        GOOD,
        CRASHES,
        REFUSED,
        NEVER_READY,
        WRONG_ANSWERS,
        FAILS_REQUESTS,
        SLOW,
        STALLS_BESIDE_OTHERS
    }

    private final RolloutPolicy policy;
    private final double crash;
    private final Random random;
    private final Map<String, Nature> natures = new TreeMap<>();
    final WorldPods pods = new WorldPods();
    private final Map<String, Integer> warmups = new TreeMap<>();
    final Set<String> probes = new HashSet<>();
    private final Set<String> verified = new HashSet<>();
    final List<RolloutPhase> phases = new ArrayList<>();
    public TargetStatus stored = RolloutMachine.begin("line-cameras", T0);
    Instant now = T0;

    /** What the operator's clock adds to the world's. */
    Duration skew = Duration.ZERO;

    @Nullable
    CertifiedVersion wanted;

    /** What was asked for last. */
    @Nullable
    TrafficMode traffic;

    /** What the Service selects: a person may have a hand in it. */
    Selection selection = new Selection.Nothing();

    /** The endpoints follow the pods a step later. */
    private Optional<TrafficMode> endpoints = Optional.empty();

    @Nullable
    String promote;

    @Nullable
    String abort;

    @Nullable
    String skip;

    @Nullable
    String retry;

    @Nullable
    String rollbackTo;

    boolean suspended;
    boolean silent;
    boolean quiet;

    /** How long pods of a version that stalls beside others answer nobody. */
    int stallTicks = 1;

    private final List<ScrapeRound> rounds = new ArrayList<>();
    private LiveEvidence evidence = LiveEvidence.NONE;
    private @Nullable ComparedVersions evidenceOf;
    int splits;
    int replicas = 2;
    RolloutDecision last = new RolloutDecision(stored, List.of());

    public RolloutWorld(RolloutPolicy policy, double crash, long seed) {
        this.policy = policy;
        this.crash = crash;
        this.random = new Random(seed);
    }

    /** One where blue serves already. */
    static RolloutWorld serving(RolloutOverrides overrides) {
        RolloutWorld world = new RolloutWorld(overrides.over(RolloutPolicy.defaults()), 0, 1);
        world.want("blue", Nature.GOOD);
        world.settle(400);
        return world;
    }

    static RolloutWorld serving() {
        return serving(RolloutOverridesBuilder.builder().build());
    }

    /** Messages of the events of the last step. */
    List<String> events() {
        return last.actions().stream()
                .filter(RecordEvent.class::isInstance)
                .map(action -> ((RecordEvent) action).message())
                .toList();
    }

    public static CertifiedVersion version(String name) {
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

    public CertifiedVersion want(String name, Nature nature) {
        CertifiedVersion version = version(name);
        natures.put(version.revision(), nature);
        wanted = version;
        return version;
    }

    boolean settled() {
        return stored.phase() == RolloutPhase.IDLE
                && stored.equals(last.status())
                && last.actions().stream().allMatch(a -> a instanceof RolloutAction.EnsureServices);
    }

    /** Ticks until nothing changes any more. */
    public void settle(int atMost) {
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
        for (int i = 0; i < 800 && stored.phase() != phase; i++) {
            tick();
        }
        if (stored.phase() != phase) {
            throw new AssertionError("never becomes " + phase + ": " + stored + " after " + phases);
        }
    }

    /** One reconciliation, cut short anywhere with the given probability, and three seconds of the cluster's life. */
    void tick() {
        last = RolloutMachine.decide(stored, observe(), policy, now.plus(skew));
        boolean died = false;
        for (RolloutAction action : last.actions()) {
            died = died || random.nextDouble() < crash;
            if (!died) {
                boolean reached = usersReachAPod();
                execute(action);
                if (random.nextDouble() < crash) {
                    execute(action);
                }
                checkUsers(action, reached);
            }
        }
        if (!died && random.nextDouble() >= crash) {
            stored = last.status();
            if (phases.isEmpty() || phases.getLast() != stored.phase()) {
                phases.add(stored.phase());
            }
        }
        if (died) {
            // what the operator knew by heart is gone
            evidence = EvidenceSamples.begin(policy.analysis().metrics(), stored.analysis());
        }
        live();
    }

    /** Three seconds of the cluster's life. */
    void live() {
        endpoints = answering();
        pods.tick(this::nature, now);
        natures.forEach((rev, nature) -> {
            boolean shares = endpoints.filter(Split.class::isInstance).isPresent() && weight(rev) > 0;
            if (nature == Nature.STALLS_BESIDE_OTHERS && shares) {
                pods.silence(rev, now);
            } else if (nature == Nature.STALLS_BESIDE_OTHERS
                    && pods.silentFor(rev, now) >= stallTicks * TICK.toSeconds()) {
                pods.wake(rev, now);
            }
        });
        rounds.add(silent ? new ScrapeRound(now, Set.of(), Set.of()) : pods.round(now));
        warmups.replaceAll((rev, left) -> pods.ready(rev) == 0 ? left : Math.max(0, left - 1));
        warmups.forEach((rev, left) -> {
            if (left == 0 && nature(rev) != Nature.WRONG_ANSWERS) {
                verified.add(rev);
            }
        });
        collect();
        now = now.plus(TICK);
    }

    boolean isGood(String rev) {
        return nature(rev) == Nature.GOOD;
    }

    private Nature nature(String rev) {
        return natures.getOrDefault(rev, Nature.GOOD);
    }

    /** What must hold after every single write: users reach only verified versions, and no write takes the last pod. */
    private void checkUsers(RolloutAction action, boolean reachedBefore) {
        for (String rev : natures.keySet()) {
            if (weight(rev) > 0 && !verified.contains(rev)) {
                throw new AssertionError(rev + " gets traffic without having been verified, by " + action);
            }
        }
        if (reachedBefore && replicas > 0 && !usersReachAPod()) {
            throw new AssertionError(action + " took the last ready pod from users; " + selection + " "
                    + pods.replicas() + " in " + stored.phase() + ": " + stored.message());
        }
    }

    boolean usersReachAPod() {
        return pods.replicas().keySet().stream().anyMatch(rev -> selects(rev) && pods.ready(rev) > 0);
    }

    private boolean selects(String rev) {
        return selection instanceof Selection.All || selection.equals(new Selection.One(rev));
    }

    private void checkPromotion(TrafficMode mode) {
        boolean promotes = mode instanceof Only(String rev)
                && stored.stable() != null
                && stored.candidate() != null
                && stored.candidate().revision().equals(rev);
        boolean othersAnswer = promotes && pods.ready(stored.stable().revision()) > 0;
        if (othersAnswer && mode instanceof Only(String rev) && pods.ready(rev) < replicas) {
            throw new AssertionError(rev + " gets all traffic with " + pods.ready(rev) + " of " + replicas + " pods");
        }
    }

    /** Percent of the requests that a revision gets as things are. */
    int weight(String rev) {
        return answering().map(t -> t.weightOf(rev)).orElse(0);
    }

    Set<String> deployed() {
        return pods.replicas().keySet();
    }

    int replicasOf(String rev) {
        return pods.replicas().getOrDefault(rev, 0);
    }

    private void execute(RolloutAction action) {
        switch (action) {
            case RolloutAction.SetTraffic a -> {
                if (a.mode() instanceof Split(String s, String c, int w)
                        && deployed().stream().anyMatch(r -> !r.equals(s) && !r.equals(c) && pods.ready(r) > 0)) {
                    return; // as the operator does: others would share
                }
                checkPromotion(a.mode());
                traffic = a.mode();
                selection = a.mode() instanceof Only(String rev) ? new Selection.One(rev) : new Selection.All();
                splits += a.mode() instanceof Split ? 1 : 0;
            }
            case RolloutAction.EnsureDeployment a -> pods.ensure(a.version().revision(), a.replicas());
            case RolloutAction.ScaleDeployment a -> pods.scale(a.revision(), a.replicas());
            case RolloutAction.DeleteDeployment a -> pods.delete(a.revision());
            case RolloutAction.StartWarmup a -> warmups.putIfAbsent(a.version().revision(), 3);
            case RolloutAction.DeleteWarmup a -> warmups.remove(a.revision());
            case RolloutAction.EnsureProbes a -> probes.add(a.watched().revision());
            case RolloutAction.DeleteProbes a -> probes.remove(a.revision());
            case RolloutAction.EnsureServices _ -> {}
            case RolloutAction.RecordEvent _ -> {}
            case RolloutAction.Requeue _ -> {}
        }
    }

    /** Where requests go, as the provider tells it: of the selected pods that are ready. */
    private Optional<TrafficMode> answering() {
        if (selection instanceof Selection.One(String rev)) {
            return pods.ready(rev) > 0 ? Optional.of(new Only(rev)) : Optional.empty();
        }
        if (selection instanceof Selection.Nothing) {
            return Optional.empty();
        }
        Optional<String> s = Optional.ofNullable(stored.stable()).map(TargetStatus.Version::revision);
        Optional<String> c = Optional.ofNullable(stored.candidate()).map(TargetStatus.Version::revision);
        int onStable = s.map(pods::ready).orElse(0);
        int onCandidate = c.map(pods::ready).orElse(0);
        if (onStable + onCandidate == 0) {
            return Optional.empty();
        }
        return s.isPresent() && c.isPresent()
                ? Optional.of(new Split(s.get(), c.get(), ReplicaSplit.weight(onStable, onCandidate)))
                : s.or(() -> c).map(Only::new);
    }

    RolloutObservation observe() {
        return new RolloutObservation(
                Optional.ofNullable(wanted),
                replicas,
                suspended,
                new Commands(
                        Optional.ofNullable(promote),
                        Optional.ofNullable(abort),
                        Optional.ofNullable(skip),
                        Optional.ofNullable(retry),
                        Optional.ofNullable(rollbackTo)),
                pods.observe(this::nature, now, now.plus(skew)),
                selection,
                selection instanceof Selection.Nothing ? Optional.empty() : endpoints,
                warmup(),
                warmups.keySet(),
                probes,
                true,
                metrics(),
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
        Estimate quality = nature(rev) == Nature.WRONG_ANSWERS
                ? Estimate.of(0.1, 0.05, 0.15, 200)
                : Estimate.of(0.975, 0.94, 0.99, 200);
        return new JobState.Succeeded<>(new WarmupResult(200, 0, quality, 3000, null), Optional.empty());
    }

    /** What is known of the two versions, with what all requests of this rollout say. */
    private LiveMetrics metrics() {
        return EvidenceSamples.with(windows(), evidence);
    }

    /** Three seconds of requests are evidence; other versions begin anew. */
    private void collect() {
        Optional<ComparedVersions> compared = ComparedVersions.of(stored);
        if (compared.isEmpty() || !compared.get().equals(evidenceOf)) {
            evidence = EvidenceSamples.begin(policy.analysis().metrics());
        }
        evidenceOf = compared.orElse(null);
        if (compared.isPresent() && !silent) {
            evidence = EvidenceSamples.after(evidence, windows(), 1);
        }
    }

    private LiveMetrics windows() {
        if (silent) {
            return new LiveMetrics(Optional.empty(), Optional.empty(), Optional.of("pod a: timed out"));
        }
        boolean baking = stored.phase() == RolloutPhase.BAKING;
        Optional<String> watched = Optional.ofNullable(baking ? stored.stable() : stored.candidate())
                .map(TargetStatus.Version::revision);
        Optional<String> reference = Optional.ofNullable(baking ? stored.previous() : stored.stable())
                .map(TargetStatus.Version::revision);
        boolean probed = watched.filter(probes::contains).isPresent();
        return new LiveMetrics(
                watched.map(rev -> window(rev, users(rev))),
                reference.map(rev -> window(rev, users(rev))),
                probed ? watched.map(rev -> window(rev, PROBES)) : Optional.empty(),
                probed ? reference.map(rev -> window(rev, PROBES)) : Optional.empty(),
                true,
                Optional.empty(),
                watched.flatMap(w -> reference.flatMap(r -> Silence.of(rounds, w, r))),
                LiveEvidence.NONE);
    }

    private double users(String rev) {
        return quiet ? 0.01 * weight(rev) : 10.0 * weight(rev);
    }

    private Window window(String rev, double requests) {
        return switch (nature(rev)) {
            case FAILS_REQUESTS -> MetricAnalysisTest.window(requests * 0.5, requests * 0.5);
            case SLOW ->
                MetricAnalysisTest.window(new Counts(requests, 0, 0, HistogramTest.of(0, 0, requests, requests)));
            default -> MetricAnalysisTest.window(requests, 0);
        };
    }
}
