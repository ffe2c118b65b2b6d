package dev.edgeai.planner.traffic;

/** Weights as shares of ready pods, for traffic that one Service spreads evenly over the pods of two versions. */
public final class ReplicaSplit {
    /**
     * Pods of both versions for one step of a ramp.
     *
     * @param stable pods of the stable version, not fewer than the target has
     * @param candidate pods of the candidate, at least 1
     */
    public record Plan(int stable, int candidate) {
        /** Percent that the candidate gets. */
        int weight() {
            return ReplicaSplit.weight(stable, candidate);
        }
    }

    /**
     * The pods whose share comes nearest to the wanted weight; of several equally near the fewest.
     *
     * @param weight wanted percent on the candidate, 1 to 99
     * @param replicas pods the target should have, at least 1
     * @param surge pods of stable that may be added
     */
    static Plan plan(int weight, int replicas, int surge) {
        Plan best = new Plan(replicas, candidateReplicas(weight, replicas, replicas));
        for (int stable = replicas + 1; stable <= replicas + surge; stable++) {
            Plan next = new Plan(stable, candidateReplicas(weight, stable, replicas));
            if (distance(next.candidate, next.stable, weight) < distance(best.candidate, best.stable, weight)) {
                best = next;
            }
        }
        return best;
    }

    /**
     * Pods of the candidate whose share comes nearest to the wanted weight beside the stable pods; of two equally near
     * the smaller. At least 1 and at most the target's replicas.
     *
     * @param weight wanted percent on the candidate, 1 to 99
     * @param stable ready pods of the stable version
     * @param replicas pods the target should have; 0 asks for none
     */
    public static int candidateReplicas(int weight, int stable, int replicas) {
        if (replicas == 0) {
            return 0;
        }
        int best = 1;
        for (int n = 2; n <= replicas; n++) {
            if (distance(n, stable, weight) < distance(best, stable, weight)) {
                best = n;
            }
        }
        return best;
    }

    /** Percent of the traffic on the candidate, to the nearest whole number; 0 without candidate pods. */
    public static int weight(int stableReady, int candidateReady) {
        int all = stableReady + candidateReady;
        return all == 0 ? 0 : (int) Math.round(100.0 * candidateReady / all);
    }

    private static double distance(int candidate, int stable, int weight) {
        return Math.abs(100.0 * candidate / (candidate + stable) - weight);
    }

    private ReplicaSplit() {}
}
