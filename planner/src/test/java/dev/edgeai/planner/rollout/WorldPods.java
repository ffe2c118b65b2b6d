package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.planner.rollout.RolloutWorld.Nature;
import dev.edgeai.planner.scrape.ScrapeRound;
import dev.edgeai.planner.status.Reason;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Deployments, their pods, and the nodes and the quota these depend on, as a cluster moves them. */
@NullUnmarked // null takes a default
final class WorldPods {
    static final int NODES = 3;
    private static final Instant NEVER = Instant.MAX;

    private enum State {
        PENDING,
        STARTING,
        READY,
        SILENT
    }

    private static final class Pod {
        State state = State.PENDING;
        int node = -1;
        Instant since = NEVER;
    }

    private static final class Deployment {
        int replicas;
        boolean intact = true;
        List<Pod> pods = new ArrayList<>();
        Optional<Instant> silence = Optional.empty();
        Optional<Instant> silenceSeen = Optional.empty();

        @Nullable
        Disturbance lately;

        int forget;
    }

    private final Map<String, Deployment> deployments = new TreeMap<>();
    final boolean[] cordoned = new boolean[NODES];
    final boolean[] down = new boolean[NODES];
    int quota = Integer.MAX_VALUE;

    /** What pods that come up end with before they can load anything. */
    @Nullable
    Failure lacking;

    /** Revisions whose pods fit on no node any more. */
    final Set<String> unplaceable = new HashSet<>();

    Map<String, Integer> replicas() {
        Map<String, Integer> all = new TreeMap<>();
        deployments.forEach((rev, d) -> all.put(rev, d.replicas));
        return all;
    }

    void ensure(String rev, int replicas) {
        Deployment d = deployments.computeIfAbsent(rev, _ -> new Deployment());
        d.replicas = replicas;
        d.intact = true;
    }

    void scale(String rev, int replicas) {
        Deployment d = deployments.get(rev);
        if (d != null) {
            d.replicas = replicas;
            shrink(d);
        }
    }

    void delete(String rev) {
        deployments.remove(rev);
    }

    void edit(String rev) {
        Deployment d = deployments.get(rev);
        if (d != null) {
            d.intact = false;
        }
    }

    int ready(String rev) {
        Deployment d = deployments.get(rev);
        return d == null ? 0 : count(d, State.READY);
    }

    /** Makes this many of its pods ready, for a test that needs exactly that. */
    void force(String rev, int ready) {
        Deployment d = deployments.get(rev);
        if (d != null) {
            for (int i = 0; i < d.pods.size(); i++) {
                d.pods.get(i).state = i < ready ? State.READY : State.STARTING;
                d.pods.get(i).since = Instant.EPOCH;
            }
        }
    }

    /** A pod goes: evicted, or deleted by somebody. The cluster tells of it for a while. */
    void take(String rev, int pod, boolean told, Instant now) {
        Deployment d = deployments.get(rev);
        if (d != null && !d.pods.isEmpty()) {
            d.pods.remove(pod % d.pods.size());
            if (told) {
                d.lately = new Disturbance(Reason.POD_DISRUPTED, "a pod was evicted", now);
                d.forget = 5;
            }
        }
    }

    /** Takes the pods of a node, as far as others are ready in their place. */
    void drain(int node) {
        deployments.values().forEach(d -> d.pods.removeIf(p -> p.node == node && count(d, State.READY) > 1));
    }

    void wake(String rev, Instant now) {
        Deployment d = deployments.get(rev);
        if (d != null) {
            d.pods.stream().filter(p -> p.state == State.SILENT).forEach(p -> {
                p.state = State.READY;
                p.since = now;
            });
        }
    }

    void silence(String rev, Instant now) {
        Deployment d = deployments.get(rev);
        if (d != null) {
            d.pods.stream().filter(p -> p.state == State.READY).forEach(p -> {
                p.state = State.SILENT;
                p.since = now;
            });
        }
    }

    /** Seconds since the last of its silent pods answers no more; 0 when each does. */
    long silentFor(String rev, Instant now) {
        Deployment d = deployments.get(rev);
        return d == null
                ? 0
                : since(d, State.SILENT, Comparator.reverseOrder())
                        .map(since -> Duration.between(since, now).toSeconds())
                        .orElse(0L);
    }

    /** What the operator's look at all pods brings. */
    ScrapeRound round(Instant now) {
        Set<String> mute = new HashSet<>();
        Set<String> answering = new HashSet<>();
        deployments.forEach((rev, d) -> {
            if (count(d, State.SILENT) > 0 && count(d, State.READY) == 0) {
                mute.add(rev);
            } else if (count(d, State.SILENT) == 0 && count(d, State.READY) > 0) {
                answering.add(rev);
            }
        });
        return new ScrapeRound(now, mute, answering);
    }

    private static int count(Deployment d, State state) {
        return (int) d.pods.stream().filter(p -> p.state == state).count();
    }

    private static void shrink(Deployment d) {
        d.pods.sort(Comparator.comparing((Pod p) -> p.state != State.READY));
        while (d.pods.size() > d.replicas) {
            d.pods.removeLast();
        }
    }

    /** One step of the controllers, the scheduler and the kubelets. */
    void tick(Function<String, Nature> natures, Instant now) {
        deployments.forEach((rev, d) -> {
            d.pods.removeIf(p -> p.node >= 0 && down[p.node]);
            shrink(d);
            while (d.pods.size() < d.replicas && total() < quota) {
                d.pods.add(new Pod());
            }
            boolean placeable = !unplaceable.contains(rev);
            d.pods.forEach(p -> advance(p, natures.apply(rev), d.intact, placeable, now));
            if (d.lately != null && d.forget-- <= 0) {
                d.lately = null;
            }
        });
    }

    private int total() {
        return deployments.values().stream().mapToInt(d -> d.pods.size()).sum();
    }

    private void advance(Pod p, Nature nature, boolean intact, boolean placeable, Instant now) {
        switch (p.state) {
            case PENDING -> {
                p.node = placeable ? free() : -1;
                if (p.node >= 0) {
                    p.state = State.STARTING;
                    p.since = now;
                }
            }
            case STARTING -> {
                boolean comes = intact
                        && lacking == null
                        && nature != Nature.CRASHES
                        && nature != Nature.REFUSED
                        && nature != Nature.NEVER_READY;
                if (comes) {
                    p.state = State.READY;
                    p.since = now;
                }
            }
            case READY, SILENT -> {}
        }
    }

    private int free() {
        for (int i = 0; i < NODES; i++) {
            if (!cordoned[i] && !down[i]) {
                return i;
            }
        }
        return -1;
    }

    /** @param clock the operator's, which may be another one than the nodes' */
    Map<String, RevisionState> observe(Function<String, Nature> natures, Instant now, Instant clock) {
        Map<String, RevisionState> states = new TreeMap<>();
        deployments.forEach((rev, d) -> states.put(rev, observe(d, natures.apply(rev), now, clock)));
        return states;
    }

    private static Optional<Instant> silenceSeen(Deployment d, Optional<Instant> since, Instant clock) {
        if (!since.equals(d.silence)) {
            d.silence = since;
            d.silenceSeen = since.map(_ -> clock);
        }
        return d.silenceSeen;
    }

    private RevisionState observe(Deployment d, Nature nature, Instant now, Instant clock) {
        Optional<Failure> failure = nature == Nature.REFUSED
                ? Optional.of(new Failure("CertificateInvalid", "the signature does not fit"))
                : Optional.ofNullable(lacking).filter(_ -> count(d, State.STARTING) > 0);
        Optional<Instant> silent =
                count(d, State.READY) > 0 ? Optional.empty() : since(d, State.SILENT, Comparator.reverseOrder());
        return new RevisionState(
                d.replicas,
                count(d, State.READY),
                count(d, State.SILENT),
                silent,
                silenceSeen(d, silent, clock),
                since(d, State.READY, Comparator.naturalOrder()),
                d.pods.stream()
                        .filter(p -> p.state == State.STARTING && lacking == null)
                        .map(p -> p.since)
                        .min(Comparator.naturalOrder()),
                (int) d.pods.stream()
                        .filter(p -> p.state == State.READY && p.node >= 0 && cordoned[p.node])
                        .count(),
                (nature == Nature.CRASHES || lacking != null) && count(d, State.STARTING) > 0,
                d.intact,
                d.intact,
                failure,
                disturbance(d, now),
                Optional.empty());
    }

    private static Optional<Instant> since(Deployment d, State state, Comparator<Instant> order) {
        return d.pods.stream().filter(p -> p.state == state).map(p -> p.since).min(order);
    }

    private Optional<Disturbance> disturbance(Deployment d, Instant now) {
        if (d.pods.size() < d.replicas && total() >= quota) {
            return Optional.of(new Disturbance(Reason.QUOTA_EXCEEDED, "exceeded quota", now));
        }
        if (count(d, State.PENDING) > 0 && free() < 0) {
            return Optional.of(new Disturbance(Reason.UNSCHEDULABLE, "0/3 nodes are available", now));
        }
        return Optional.ofNullable(d.lately);
    }
}
