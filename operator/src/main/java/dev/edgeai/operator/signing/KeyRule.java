package dev.edgeai.operator.signing;

import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What to do about the signing key, given what is there; see docs/decisions/keys.md. */
sealed interface KeyRule {
    /** Nothing was ever signed: make a key. */
    record Make() implements KeyRule {}

    /** It is there. */
    record Use(PublicKeyPem key) implements KeyRule {}

    /** It was there and is gone: nothing is signed until a person has acted. */
    record Lost(String message) implements KeyRule {}

    /**
     * A key is made when none was ever there under this name. What is remembered of earlier keys counts; where that is
     * gone too, a certificate that stands in any run's status shows that there was one.
     *
     * @param where {@code namespace/name} of the Secret of the pair
     * @param found the public key in it, when it exists
     * @param record of earlier keys, when it exists
     * @param certified whether anything was certified before
     */
    static KeyRule of(
            String where,
            String trustedKeys,
            Optional<PublicKeyPem> found,
            Optional<TrustRecord> record,
            BooleanSupplier certified) {
        String secret = where.substring(where.indexOf('/') + 1);
        if (found.isPresent()) {
            return new Use(found.get());
        }
        if (record.isPresent()) {
            return record.get().knew(secret)
                    ? new Lost(
                            ("the Secret %s with the signing key is gone, and no other key is made in its place: what is "
                                            + "certified is served on, nothing new is certified. Restore the Secret from a backup; "
                                            + "or, when the key is lost for good, set signing.secret to a new name: a new key then "
                                            + "signs, and what the lost one signed stays trusted")
                                    .formatted(where))
                    : new Make();
        }
        return certified.getAsBoolean()
                ? new Lost(
                        ("the Secrets %s (signing key) and %s (trusted keys) are gone, but runs hold certificates that an "
                                        + "earlier key signed. Restore them from a backup; or, to begin anew with a key under which "
                                        + "none of these certificates holds, make an empty Secret %2$s: kubectl create secret generic")
                                .formatted(where, trustedKeys))
                : new Make();
    }
}
