package dev.edgeai.planner;

/** KubernetesNames of Kubernetes objects. */
public final class KubernetesNames {
    /** Longest label value, and the safe length of a Job's name (its pods carry it as a label). */
    private static final int LONGEST = 63;

    private static final int HASH = 10;

    /** Longest name of a trial: with what is put behind it, it still is a label. */
    public static final int TRIAL = 52;

    /** The name itself, or its beginning and a hash of the whole when it is too long. */
    public static String bounded(String name) {
        return bounded(name, LONGEST);
    }

    /** The same for another length. */
    public static String bounded(String name, int longest) {
        if (name.length() <= longest) {
            return name;
        }
        return name.substring(0, longest - HASH - 1) + "-" + Fingerprints.hex(HASH, name);
    }

    private KubernetesNames() {}
}
