package dev.edgeai.planner.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose turn it is to measure. One trial runs on a node at a time, and pods that wait for that are the scheduler's to
 * choose from. Left alone, a namespace with many runs would have most of the pods that wait, and a run that goes on from
 * trial to trial would always be quicker than pods in the scheduler's back-off. So a namespace has one pod that waits for
 * a class of nodes, and after a trial of its own has ended it holds back for a moment while pods of others wait. The
 * moment is bounded, so a pod that fits no node at all holds nobody else up.
 */
public final class Turns {
    /** Longer than the scheduler's longest back-off (10 s), so that whoever waits is tried before. */
    static final Duration HEAD_START = Duration.ofSeconds(15);

    /** How soon a run that holds back looks again. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private Turns() {}

    /**
     * A trial's pod of any namespace.
     *
     * @param accelerator the class it runs on
     * @param waits whether it has no node yet
     * @param ended when it ended
     */
    public record TrialPod(String namespace, String accelerator, boolean waits, Optional<Instant> ended) {}

    /** Whether a run of the namespace may make a trial's Job now. */
    public static boolean isNext(List<TrialPod> pods, String namespace, String accelerator, Instant now) {
        List<TrialPod> own = new ArrayList<>();
        boolean othersWait = false;
        for (TrialPod pod : pods) {
            if (pod.accelerator().equals(accelerator)) {
                boolean isOwn = pod.namespace().equals(namespace);
                othersWait = othersWait || (!isOwn && pod.waits());
                if (isOwn) {
                    own.add(pod);
                }
            }
        }
        boolean holdsBack = othersWait && own.stream().anyMatch(pod -> hasJustEnded(pod, now));
        return !holdsBack && own.stream().noneMatch(TrialPod::waits);
    }

    private static boolean hasJustEnded(TrialPod pod, Instant now) {
        return pod.ended().filter(ended -> ended.plus(HEAD_START).isAfter(now)).isPresent();
    }
}
