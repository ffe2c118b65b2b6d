package dev.edgeai.api.trial;

import com.fasterxml.jackson.annotation.JsonValue;

/** Why a pod failed, in words the operator knows. */
public enum FailureReason {
    SOURCE_NOT_FOUND("SourceNotFound"),
    DATASET_NOT_FOUND("DatasetNotFound"),
    DIGEST_MISMATCH("DigestMismatch"),
    TOO_LARGE("TooLarge"),
    UNSAFE_ARCHIVE("UnsafeArchive"),
    UNSUPPORTED_MODEL("UnsupportedModel"),
    INVALID_DATASET("InvalidDataset"),
    OPTIMIZATION_FAILED("OptimizationFailed"),
    NO_EFFECT("NoEffect"),
    MEASUREMENT_FAILED("MeasurementFailed"),
    REGISTRY_UNAVAILABLE("RegistryUnavailable"),
    /** What the operator itself had pushed is not in its registry any more. */
    ARTIFACT_MISSING("ArtifactMissing"),
    /** A volume or its node has no room, or cannot be written. */
    DISK_FULL("DiskFull"),
    CERTIFICATE_MISSING("CertificateMissing"),
    CERTIFICATE_INVALID("CertificateInvalid"),
    CERTIFICATE_MISMATCH("CertificateMismatch"),
    /** A gate said no; exit code 3. */
    GATE_REFUSED("GateRefused"),
    OUT_OF_MEMORY("OutOfMemory"),
    DEADLINE_EXCEEDED("DeadlineExceeded"),
    /** Whether anything passes could not be told; see docs/measurement.md. */
    NODE_BUSY("NodeBusy"),
    INTERNAL_ERROR("InternalError");

    private final String reason;

    FailureReason(String reason) {
        this.reason = reason;
    }

    /** The PascalCase word that stands in conditions and events. */
    @JsonValue
    public String reason() {
        return reason;
    }
}
