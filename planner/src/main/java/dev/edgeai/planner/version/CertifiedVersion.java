package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusVersionBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import io.soabase.recordbuilder.core.RecordBuilder;
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
@RecordBuilder
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
        return CertifiedVersionBuilder.builder()
                .revision(version.revision())
                .artifact(version.artifact())
                .digest(version.digest())
                .certificate(version.certificate())
                .run(version.run())
                .trial(version.trial())
                .variant(version.variant())
                .speedup(version.speedup())
                .accuracyRetention(version.accuracyRetention())
                .quality(version.quality())
                .latencyP95Micros(version.latencyP95Micros() == null ? 0 : version.latencyP95Micros())
                .image(image)
                .build();
    }

    /** As it stands in status, with no traffic and no pods yet. */
    public Version toVersion() {
        return TargetStatusVersionBuilder.builder()
                .revision(revision)
                .artifact(artifact)
                .digest(digest)
                .certificate(certificate)
                .run(run)
                .trial(trial)
                .variant(variant)
                .speedup(speedup)
                .accuracyRetention(accuracyRetention)
                .weight(0)
                .desiredWeight(0)
                .readyReplicas(0)
                .quality(quality)
                .latencyP95Micros(latencyP95Micros)
                .image(image)
                .build();
    }
}
