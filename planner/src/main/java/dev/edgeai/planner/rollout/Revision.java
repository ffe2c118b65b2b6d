package dev.edgeai.planner.rollout;

import dev.edgeai.planner.Fingerprints;

import java.util.List;

/** Names a version that is served: the artifact together with everything else that makes its pods what they are. */
public final class Revision {
    /**
     * Ten hexadecimal digits, a DNS label.
     *
     * @param digest of the artifact
     * @param template all that shapes the pods and is not the number of them (image, resources, arguments, trusted key);
     *     anything Jackson can write. The certificate is left out: a new certificate of the same artifact needs no new
     *     pods.
     */
    public static String of(String digest, Object template) {
        return Fingerprints.hex(10, Fingerprints.canonicalJson(List.of(digest, template)));
    }

    private Revision() {}
}
