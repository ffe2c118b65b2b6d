package dev.edgeai.planner.status;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;

import java.util.Arrays;
import java.util.Optional;

/** Every reason of a condition, an event or a rejected digest, in one list. */
public enum Reason {
    // A run
    PENDING("Pending"),
    ASSESSING("Assessing"),
    MEASURING_BASELINE("MeasuringBaseline"),
    SEARCHING("Searching"),
    CERTIFYING("Certifying"),
    INHERITED("Inherited"),
    SUCCEEDED("Succeeded"),
    SUSPENDED("Suspended"),
    UNKNOWN_ACCELERATOR("UnknownAccelerator"),
    DELIVERY_NOT_ALLOWED("DeliveryNotAllowed"),
    NO_MATCHING_NODE("NoMatchingNode"),
    FALLBACK_ACCELERATOR("FallbackAccelerator"),
    UNSCHEDULABLE("Unschedulable"),
    NO_FRAMEWORK("NoFramework"),
    NO_VARIANT_MEASURED("NoVariantMeasured"),
    NO_VARIANT_PASSED_GATES("NoVariantPassedGates"),
    CERTIFICATION_FAILED("CertificationFailed"),
    BUDGET_EXCEEDED("BudgetExceeded"),
    TRIAL_FAILED("TrialFailed"),
    REPORT_FAILED("ReportFailed"),

    // A rollout
    PREPARING("Preparing"),
    WARMING("Warming"),
    RAMPING("Ramping"),
    AWAITING_PROMOTION("AwaitingPromotion"),
    PROMOTING("Promoting"),
    BAKING("Baking"),
    ROLLED_OUT("RolledOut"),
    ROLLING_BACK("RollingBack"),
    ROLLED_BACK("RolledBack"),
    PAUSED("Paused"),
    RESUMED("Resumed"),
    SUPERSEDED("Superseded"),
    RETRIED("Retried"),
    PROGRESS_DEADLINE_EXCEEDED("ProgressDeadlineExceeded"),
    WARMUP_FAILED("WarmupFailed"),
    WARMUP_UNAVAILABLE("WarmupUnavailable"),
    ANALYSIS_FAILED("AnalysisFailed"),
    ANALYSIS_UNAVAILABLE("AnalysisUnavailable"),
    ERROR_BURST("ErrorBurst"),
    PODS_NOT_READY("PodsNotReady"),
    CRASH_LOOP("CrashLoop"),
    ANALYSIS_INCONCLUSIVE("AnalysisInconclusive"),
    NODE_BUSY(FailureReason.NODE_BUSY.reason()),
    SCALED_TO_ZERO("ScaledToZero"),
    ABORTED("Aborted"),
    SKIPPED("Skipped"),
    ROLLBACK_REQUESTED("RollbackRequested"),
    COMMAND_REFUSED("CommandRefused"),

    // What keeps pods from running; never the model's fault
    QUOTA_EXCEEDED("QuotaExceeded"),
    IMAGE_PULL_FAILED("ImagePullFailed"),
    MOUNT_FAILED("MountFailed"),
    POD_REFUSED("PodRefused"),
    POD_DISRUPTED("PodDisrupted"),
    NODE_LOST("NodeLost"),
    SIDECAR_FAILED("SidecarFailed"),

    // A model
    WAITING_FOR_RUN("WaitingForRun"),
    SERVING("Serving"),
    SERVING_SOURCE("ServingSource"),
    RESTORED("Restored"),
    SERVICE_CHANGED("ServiceChanged"),
    NOT_SERVING("NotServing"),
    DEGRADED("Degraded"),
    OPTIMIZED("Optimized"),
    REMEDIATION_SUGGESTED("RemediationSuggested"),
    REMEDIATION_EXHAUSTED("RemediationExhausted"),
    NAME_TAKEN("NameTaken"),
    FOREIGN_OBJECT("ForeignObject"),
    RECONCILE_FAILED("ReconcileFailed"),
    ADDRESS_NOT_ALLOWED("AddressNotAllowed"),
    SIGNING_KEY_LOST("SigningKeyLost"),
    REVOKED("Revoked"),
    RUNTIME_UPGRADE_FAILED("RuntimeUpgradeFailed"),

    // The tag of a model's source
    TAG_MOVED("TagMoved"),
    TAG_UNMOVED("TagUnmoved"),
    TAG_FOLLOWED("TagFollowed"),
    TAG_UNKNOWN("TagUnknown"),

    // What pods report: the words of FailureReason
    SOURCE_NOT_FOUND(FailureReason.SOURCE_NOT_FOUND.reason()),
    DATASET_NOT_FOUND(FailureReason.DATASET_NOT_FOUND.reason()),
    DIGEST_MISMATCH(FailureReason.DIGEST_MISMATCH.reason()),
    TOO_LARGE(FailureReason.TOO_LARGE.reason()),
    UNSAFE_ARCHIVE(FailureReason.UNSAFE_ARCHIVE.reason()),
    UNSUPPORTED_MODEL(FailureReason.UNSUPPORTED_MODEL.reason()),
    INVALID_DATASET(FailureReason.INVALID_DATASET.reason()),
    OPTIMIZATION_FAILED(FailureReason.OPTIMIZATION_FAILED.reason()),
    NO_EFFECT(FailureReason.NO_EFFECT.reason()),
    MEASUREMENT_FAILED(FailureReason.MEASUREMENT_FAILED.reason()),
    REGISTRY_UNAVAILABLE(FailureReason.REGISTRY_UNAVAILABLE.reason()),
    ARTIFACT_MISSING(FailureReason.ARTIFACT_MISSING.reason()),
    DISK_FULL(FailureReason.DISK_FULL.reason()),
    CERTIFICATE_MISSING(FailureReason.CERTIFICATE_MISSING.reason()),
    CERTIFICATE_INVALID(FailureReason.CERTIFICATE_INVALID.reason()),
    CERTIFICATE_MISMATCH(FailureReason.CERTIFICATE_MISMATCH.reason()),
    GATE_REFUSED(FailureReason.GATE_REFUSED.reason()),
    OUT_OF_MEMORY(FailureReason.OUT_OF_MEMORY.reason()),
    DEADLINE_EXCEEDED(FailureReason.DEADLINE_EXCEEDED.reason()),
    INTERNAL_ERROR(FailureReason.INTERNAL_ERROR.reason());

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    /** The PascalCase word that stands in conditions and events. */
    public String text() {
        return text;
    }

    /** The reason with this word, if it is one of ours. */
    public static Optional<Reason> of(String text) {
        return Arrays.stream(values()).filter(r -> r.text.equals(text)).findFirst();
    }

    /** The reason of a pod's failure; a framework's own word becomes {@code TrialFailed} and stays in the message. */
    public static Reason of(Failure failure) {
        return of(failure.reason()).orElse(TRIAL_FAILED);
    }

    @Override
    public String toString() {
        return text;
    }
}
