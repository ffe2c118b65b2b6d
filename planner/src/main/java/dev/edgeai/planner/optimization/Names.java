package dev.edgeai.planner.optimization;

import dev.edgeai.planner.Fingerprints;

/** Names of Kubernetes objects. */
final class Names {
    /** Longest label value, and the safe length of a Job's name (its pods carry it as a label). */
    private static final int LONGEST = 63;

    private static final int HASH = 10;

    /** The name itself, or its beginning and a hash of the whole when it is too long. */
    static String bounded(String name) {
        if (name.length() <= LONGEST) {
            return name;
        }
        return name.substring(0, LONGEST - HASH - 1) + "-" + Fingerprints.hex(HASH, name);
    }

    private Names() {}
}
