package dev.edgeai.planner.rollout;

import dev.edgeai.api.v1alpha1.Remediation;
import dev.edgeai.api.v1alpha1.TargetStatus;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which certified version should serve, given what was rejected.
 *
 * @param wanted what to bring out now; absent: stay with what serves
 * @param suggestion what a person could do, when remediation waits, only suggests, or has nothing left
 */
public record VariantChoice(Optional<CertifiedVersion> wanted, Optional<String> suggestion) {
    /**
     * The first certified version that was not rejected. After a rejection the policy decides: {@code Automatic} goes on
     * to the next one when the cooldown since the last rollback is over, {@code Suggest} names it, {@code None} stays.
     *
     * @param ranked certified versions of the run, the selected first, as {@code status.certificates} orders them
     */
    public static VariantChoice of(
            List<CertifiedVersion> ranked, TargetStatus current, Remediation remediation, Instant now) {
        throw new UnsupportedOperationException("not built yet");
    }
}
