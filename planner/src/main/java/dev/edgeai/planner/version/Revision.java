package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.planner.Fingerprints;

import java.util.List;

/** Names a version that is served: the artifact together with everything else that makes its pods what they are. */
public final class Revision {
    /**
     * Ten hexadecimal digits, a DNS label.
     *
     * @param digest of the artifact
     * @param shape all that people chose of its pods and that is not the number of them (image, resources, hardware);
     *     anything Jackson can write. Not the pod template: an operator's new release may write it another way, which is
     *     no reason to roll out every model. The certificate and the trusted keys are left out: a new certificate of the
     *     same artifact needs no new pods.
     */
    public static String of(String digest, Object shape) {
        return Fingerprints.hex(10, Fingerprints.canonicalJson(List.of(digest, shape)));
    }

    /** For people: two versions of one variant, of different runs or under different images, are told apart by it. */
    public static String named(Version version) {
        return named(version.variant(), version.revision());
    }

    /** For people. */
    public static String named(CertifiedVersion version) {
        return named(version.variant(), version.revision());
    }

    private static String named(String variant, String revision) {
        return variant + " (revision " + revision + ")";
    }

    private Revision() {}
}
