package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.rollout.Blame;
import dev.edgeai.planner.status.Reason;

import java.util.EnumMap;
import java.util.Map;

/** Whose fault a reason is, as data. What is not in the table is nobody's until there is evidence. */
public final class Blames {
    private static final Map<Reason, Blame> TABLE = new EnumMap<>(Map.ofEntries(
            // The artifact itself may not or cannot be served
            Map.entry(Reason.CERTIFICATE_INVALID, Blame.MODEL),
            Map.entry(Reason.CERTIFICATE_MISMATCH, Blame.MODEL),
            Map.entry(Reason.DIGEST_MISMATCH, Blame.MODEL),
            Map.entry(Reason.UNSAFE_ARCHIVE, Blame.MODEL),
            Map.entry(Reason.TOO_LARGE, Blame.MODEL),
            Map.entry(Reason.UNSUPPORTED_MODEL, Blame.MODEL),
            // What it did itself
            Map.entry(Reason.CRASH_LOOP, Blame.MODEL),
            Map.entry(Reason.OUT_OF_MEMORY, Blame.MODEL),
            Map.entry(Reason.WARMUP_FAILED, Blame.MODEL),
            Map.entry(Reason.ANALYSIS_FAILED, Blame.MODEL),
            Map.entry(Reason.ERROR_BURST, Blame.MODEL),
            // What was done to it, or could not be seen
            Map.entry(Reason.REGISTRY_UNAVAILABLE, Blame.ENVIRONMENT),
            Map.entry(Reason.ARTIFACT_MISSING, Blame.ENVIRONMENT),
            Map.entry(Reason.CERTIFICATE_MISSING, Blame.ENVIRONMENT),
            Map.entry(Reason.DISK_FULL, Blame.ENVIRONMENT),
            Map.entry(Reason.UNSCHEDULABLE, Blame.ENVIRONMENT),
            Map.entry(Reason.QUOTA_EXCEEDED, Blame.ENVIRONMENT),
            Map.entry(Reason.POD_REFUSED, Blame.ENVIRONMENT),
            Map.entry(Reason.IMAGE_PULL_FAILED, Blame.ENVIRONMENT),
            Map.entry(Reason.MOUNT_FAILED, Blame.ENVIRONMENT),
            Map.entry(Reason.POD_DISRUPTED, Blame.ENVIRONMENT),
            Map.entry(Reason.NODE_LOST, Blame.ENVIRONMENT),
            Map.entry(Reason.SIDECAR_FAILED, Blame.ENVIRONMENT),
            Map.entry(Reason.NODE_BUSY, Blame.ENVIRONMENT),
            Map.entry(Reason.ANALYSIS_UNAVAILABLE, Blame.ENVIRONMENT),
            Map.entry(Reason.WARMUP_UNAVAILABLE, Blame.ENVIRONMENT)));

    private Blames() {}

    public static Blame of(Reason reason) {
        return TABLE.getOrDefault(reason, Blame.UNKNOWN);
    }
}
