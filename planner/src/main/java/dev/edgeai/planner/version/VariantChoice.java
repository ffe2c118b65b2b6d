package dev.edgeai.planner.version;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.rollout.Remediation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which certified version should serve, given what was rejected.
 *
 * @param wanted what to bring out now; absent: stay with what serves
 * @param suggestion what a person could do, when remediation waits, only suggests, or has nothing left
 * @param notBefore end of the cooldown, after which the next one is brought out by itself
 */
public record VariantChoice(
        Optional<CertifiedVersion> wanted, Optional<String> suggestion, Optional<Instant> notBefore) {
    private VariantChoice(Optional<CertifiedVersion> wanted, Optional<String> suggestion) {
        this(wanted, suggestion, Optional.empty());
    }

    /**
     * The first certified version that was not rejected. After a rejection the policy decides: {@code Automatic} goes on
     * to the next one when the cooldown since the last rollback is over, {@code Suggest} names it, {@code None} stays.
     *
     * @param ranked certified versions of the run, the selected first, as {@code status.certificates} orders them
     */
    public static VariantChoice of(
            List<CertifiedVersion> ranked, TargetStatus current, Remediation remediation, Instant now) {
        List<CertifiedVersion> open =
                ranked.stream().filter(v -> !rejected(current, v.revision())).toList();
        if (open.isEmpty()) {
            return new VariantChoice(
                    Optional.empty(),
                    ranked.isEmpty()
                            ? Optional.empty()
                            : Optional.of(
                                    "every certified variant was rejected; change the spec, or annotate edgeai.dev/retry with a new value"));
        }
        CertifiedVersion next = open.getFirst();
        if (next.equals(ranked.getFirst()) || onItsWay(current, next.revision())) {
            return new VariantChoice(Optional.of(next), Optional.empty());
        }
        return switch (remediation.policy()) {
            case AUTOMATIC -> afterCooldown(next, current, remediation, now);
            case SUGGEST ->
                new VariantChoice(
                        Optional.empty(),
                        Optional.of(
                                "%s is the next certified variant; set remediation.policy to Automatic to roll it out"
                                        .formatted(next.variant())));
            case NONE -> new VariantChoice(Optional.empty(), Optional.empty());
        };
    }

    /**
     * What a person asked to go back to, for as long as the annotation {@code edgeai.dev/rollback-to} stands.
     *
     * @param digest of the artifact
     * @param known certified versions of all runs of this target
     */
    public static VariantChoice rollbackTo(String digest, List<CertifiedVersion> known, TargetStatus current) {
        Optional<CertifiedVersion> found =
                known.stream().filter(v -> v.digest().equals(digest)).findFirst();
        if (found.isEmpty()) {
            return new VariantChoice(
                    Optional.empty(),
                    Optional.of(
                            "%s=%s: no run of this target holds a certificate of that artifact; take the annotation away"
                                    .formatted(Labels.ROLLBACK_TO, digest)));
        }
        return rejected(current, found.get().revision())
                ? new VariantChoice(
                        Optional.empty(),
                        Optional.of("%s=%s: that version was rejected; annotate %s with a new value to try it again"
                                .formatted(Labels.ROLLBACK_TO, digest, Labels.RETRY)))
                : new VariantChoice(
                        found,
                        Optional.of("%s serves as long as the annotation %s stands"
                                .formatted(found.get().variant(), Labels.ROLLBACK_TO)));
    }

    /** Whether it is the stable version that is wanted. */
    public boolean isServedBy(TargetStatus status) {
        Version stable = status.stable();
        return stable != null
                && wanted.filter(v -> v.revision().equals(stable.revision())).isPresent();
    }

    /** Whether this revision was rejected and not retried since. */
    public static boolean rejected(TargetStatus current, String revision) {
        return current.rejected().stream().anyMatch(r -> r.revision().equals(revision));
    }

    private static VariantChoice afterCooldown(
            CertifiedVersion next, TargetStatus current, Remediation remediation, Instant now) {
        Optional<Instant> until = Optional.ofNullable(current.lastRollback())
                .map(r -> Instant.parse(r.time()).plus(remediation.cooldown().duration()));
        return until.filter(now::isBefore).isEmpty()
                ? new VariantChoice(Optional.of(next), Optional.empty())
                : new VariantChoice(
                        Optional.empty(),
                        Optional.of(
                                "%s is rolled out after the cooldown, at %s".formatted(next.variant(), until.get())),
                        until);
    }

    private static boolean onItsWay(TargetStatus current, String revision) {
        return (current.candidate() != null && current.candidate().revision().equals(revision))
                || (current.stable() != null && current.stable().revision().equals(revision));
    }
}
