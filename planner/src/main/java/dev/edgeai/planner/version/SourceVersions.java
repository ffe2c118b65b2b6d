package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** When the source itself may serve: as long as no variant does. */
public final class SourceVersions {
    /**
     * Which of them may be brought out. A model never goes back to its source because a new run found nothing better; a
     * person may ask for it.
     *
     * @param certified by the run of the present inputs
     */
    public static List<CertifiedVersion> offered(List<CertifiedVersion> certified, TargetStatus current) {
        return hasVariant(current)
                ? certified.stream()
                        .filter(v -> !TrialStatus.SOURCE.equals(v.trial()))
                        .toList()
                : certified;
    }

    /** Whether a variant serves, or is on its way. */
    public static boolean hasVariant(TargetStatus current) {
        return Stream.of(current.stable(), current.candidate())
                .filter(Objects::nonNull)
                .anyMatch(version -> !isSource(version));
    }

    /** Whether it is the source itself that it serves. */
    public static boolean isSource(Version version) {
        return TrialStatus.SOURCE.equals(version.trial());
    }

    private SourceVersions() {}
}
