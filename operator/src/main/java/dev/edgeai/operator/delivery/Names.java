package dev.edgeai.operator.delivery;

import dev.edgeai.planner.Fingerprints;

/** Names of the objects of a target. The same input gives the same name, so a name holds the intent. */
public final class Names {
    /** Longest name of a Service, and longest value of a label. */
    private static final int MAX_LENGTH = 63;

    private static final int HASH_LENGTH = 8;

    private Names() {}

    /** Name of the Service that users call. */
    public static String stableService(TargetRef target) {
        return join(target, "");
    }

    /** Name of the Service that reaches the candidate only. */
    public static String previewService(TargetRef target) {
        return join(target, "-preview");
    }

    public static String deployment(TargetRef target, String revision) {
        return join(target, "-" + revision);
    }

    public static String warmupJob(TargetRef target, String revision) {
        return join(target, "-" + revision + "-warmup");
    }

    /** Name of the Job that sends probes to this revision and to the one it is compared with. */
    public static String probeJob(TargetRef target, String revision) {
        return join(target, "-" + revision + "-probe");
    }

    /** Name of the Service that reaches only the version a candidate is compared with. */
    public static String referenceService(TargetRef target) {
        return join(target, "-reference");
    }

    public static String disruptionBudget(TargetRef target) {
        return join(target, "");
    }

    /** Name of the run with this fingerprint of its inputs. */
    public static String run(TargetRef target, String fingerprint) {
        return join(target, "-" + fingerprint);
    }

    /**
     * {@code <model>-<target><suffix>} as a DNS-1035 label. What does not fit (dots, a leading digit, over 63
     * characters) is changed, and a hash of the whole keeps the name unique.
     */
    private static String join(TargetRef target, String suffix) {
        String stem = target.model() + "-" + target.target();
        String label = stem.replace('.', '-');
        if (!Character.isLetter(label.charAt(0))) {
            label = "m-" + label;
        }
        int room = MAX_LENGTH - suffix.length();
        if (label.equals(stem) && label.length() <= room) {
            return label + suffix;
        }
        String kept = label.substring(0, Math.min(label.length(), room - HASH_LENGTH - 1));
        return kept.replaceAll("-+$", "") + "-" + Fingerprints.hex(HASH_LENGTH, stem) + suffix;
    }
}
