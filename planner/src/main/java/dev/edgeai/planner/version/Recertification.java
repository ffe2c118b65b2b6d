package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Predicate;

/**
 * Another certificate of an artifact that is brought out already. It is written down beside the version, and no pod is
 * restarted for it: those that stand were let in by the earlier one, and the next Deployment of the version is made with
 * the newer one.
 */
public final class Recertification {
    /**
     * The status with the certificates that the run of the present inputs signed.
     *
     * @param certified versions of that run
     * @param sameHardware whether a version was certified for the accelerator of that run
     */
    public static TargetStatus of(
            TargetStatus status, List<CertifiedVersion> certified, Predicate<Version> sameHardware) {
        return TargetStatusBuilder.builder(status)
                .stable(renewed(status.stable(), certified, sameHardware))
                .candidate(renewed(status.candidate(), certified, sameHardware))
                .previous(renewed(status.previous(), certified, sameHardware))
                .build();
    }

    private static @Nullable Version renewed(
            @Nullable Version version, List<CertifiedVersion> certified, Predicate<Version> sameHardware) {
        if (version == null) {
            return null;
        }
        return certified.stream()
                .filter(c -> c.digest().equals(version.digest()) && sameHardware.test(version))
                .filter(c -> !c.certificate().equals(version.certificate()))
                .findFirst()
                .map(c -> TargetStatusVersionBuilder.builder(version)
                        .certificate(c.certificate())
                        .run(c.run())
                        .trial(c.trial())
                        .variant(c.variant())
                        .speedup(c.speedup())
                        .accuracyRetention(c.accuracyRetention())
                        .quality(c.quality())
                        .latencyP95Micros(c.latencyP95Micros())
                        .build())
                .orElse(version);
    }

    private Recertification() {}
}
