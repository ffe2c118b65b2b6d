package dev.edgeai.planner.traffic;

import dev.edgeai.api.v1alpha1.rollout.RampStep;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The ramp as the target's pods allow it. Steps that come to the same pods are one: the last of them, held as long as the
 * longest.
 *
 * @param steps of the policy
 * @param replicas pods the target should have, at least 1
 * @param surge pods of stable that may be added
 */
public record Ramp(List<RampStep> steps, int replicas, int surge) {
    /** Percentage points by which a weight may miss what was asked for before that is worth a word. */
    private static final int WORTH_A_WORD = 5;

    private static final int PERCENT = 100;

    public boolean isEmpty() {
        return steps.isEmpty();
    }

    public ReplicaSplit.Plan plan(int step) {
        return ReplicaSplit.plan(steps.get(step).weight(), replicas, surge);
    }

    /** The last of the steps that are one with this one. */
    public int merged(int step) {
        int last = step;
        while (last + 1 < steps.size() && plan(last + 1).equals(plan(step))) {
            last++;
        }
        return last;
    }

    /** How long this step and those that are one with it are held. */
    public Duration hold(int step) {
        Duration longest = Duration.ZERO;
        for (int i = step; i >= 0 && plan(i).equals(plan(step)); i--) {
            Duration hold = steps.get(i).hold().duration();
            longest = hold.compareTo(longest) > 0 ? hold : longest;
        }
        return longest;
    }

    /** What the pods make of the weights, when that is not what was asked for. */
    public Optional<String> said() {
        boolean near = steps.stream()
                .allMatch(s ->
                        Math.abs(ReplicaSplit.plan(s.weight(), replicas, surge).weight() - s.weight()) <= WORTH_A_WORD);
        if (near) {
            return Optional.empty();
        }
        int smallest = steps.getFirst().weight();
        int needed = (PERCENT - 1) / smallest - replicas; // beside one candidate pod, rounded up
        return Optional.of("with %d %s of stable the ramp of %s is %s%s"
                .formatted(
                        replicas,
                        replicas == 1 ? "pod" : "pods",
                        percents(steps.stream().map(RampStep::weight).toList()),
                        percents(steps.stream()
                                .map(s -> ReplicaSplit.plan(s.weight(), replicas, surge)
                                        .weight())
                                .distinct()
                                .toList()),
                        needed > surge ? "; rollout.traffic.surge: " + needed + " makes it possible" : ""));
    }

    private static String percents(List<Integer> weights) {
        return weights.stream().map(w -> w + " %").collect(Collectors.joining(", "));
    }
}
