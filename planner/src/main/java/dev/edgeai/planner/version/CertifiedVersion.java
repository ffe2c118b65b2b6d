package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * A certified variant with the way it would be served: what a rollout can be asked to bring out.
 *
 * @param revision {@link Revision#of} digest and serving template
 * @param artifact pullable reference, {@code repository@digest}
 * @param digest of the artifact
 * @param certificate digest of its certificate
 * @param run name of the OptimizationRun
 * @param trial name of the trial
 * @param variant for people, {@code openvino/int8-ptq}
 * @param speedup over the baseline
 * @param accuracyRetention share of the baseline's task metric kept
 * @param quality certified task metric
 * @param latencyP95Micros certified 95th percentile, microseconds
 * @param image runtime image it is served with
 */
public record CertifiedVersion(
        String revision,
        String artifact,
        String digest,
        String certificate,
        String run,
        String trial,
        String variant,
        @Nullable Decimal speedup,
        @Nullable Decimal accuracyRetention,
        @Nullable Estimate quality,
        long latencyP95Micros,
        String image) {

    /** A version of status as one that can be asked for again. */
    public static CertifiedVersion of(Version version, String image) {
        return new CertifiedVersion(
                version.revision(),
                version.artifact(),
                version.digest(),
                version.certificate(),
                version.run(),
                version.trial(),
                version.variant(),
                version.speedup(),
                version.accuracyRetention(),
                version.quality(),
                version.latencyP95Micros() == null ? 0 : version.latencyP95Micros(),
                image);
    }

    /** As it stands in status, with no traffic and no pods yet. */
    public Version toVersion() {
        return new Version(
                revision,
                artifact,
                digest,
                certificate,
                run,
                trial,
                variant,
                speedup,
                accuracyRetention,
                0,
                0,
                0,
                quality,
                latencyP95Micros,
                image);
    }
}
