package dev.edgeai.operator.signing;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public halves of all keys that ever signed, as they stand in the Secret of trusted keys: so that a key that is lost
 * is known to have been there, and what it signed is served on.
 *
 * @param data {@code <key id>.pem} with the key, and {@code <key id>.secret} with the name of the Secret it came from
 */
record TrustRecord(Map<String, String> data) {
    private static final String PEM = ".pem";
    private static final String SECRET = ".secret";

    TrustRecord {
        data = Map.copyOf(data);
    }

    /** Whether a key of this Secret was seen before. */
    boolean knew(String secret) {
        return data.entrySet().stream()
                .anyMatch(entry ->
                        entry.getKey().endsWith(SECRET) && entry.getValue().equals(secret));
    }

    boolean holds(PublicKeyPem key, String secret) {
        return data.containsKey(key.id() + PEM) && secret.equals(data.get(key.id() + SECRET));
    }

    /** What has to be added for a key. */
    static Map<String, String> entry(PublicKeyPem key, String secret) {
        return Map.of(key.id() + PEM, key.pem(), key.id() + SECRET, secret);
    }

    /**
     * The keys that are trusted at a moment, one PEM block after the other, the signing one first.
     *
     * @param signing the key that signs now, which is trusted whatever its end
     * @param until key ids that are trusted only until then
     */
    String trusted(Optional<PublicKeyPem> signing, Map<String, Instant> until, Instant now) {
        Predicate<PublicKeyPem> signs =
                key -> signing.filter(s -> s.id().equals(key.id())).isPresent();
        Stream<PublicKeyPem> others = keys().values().stream()
                .filter(signs.negate())
                .filter(key -> !until.containsKey(key.id()) || now.isBefore(until.get(key.id())));
        return Stream.concat(signing.stream(), others).map(PublicKeyPem::pem).collect(Collectors.joining());
    }

    /** By id; what is no key, or stands under another key's id, is not trusted. */
    private Map<String, PublicKeyPem> keys() {
        Map<String, PublicKeyPem> keys = new TreeMap<>();
        data.forEach((name, pem) -> {
            if (name.endsWith(PEM)) {
                PublicKeyPem.parse(pem)
                        .filter(key -> name.equals(key.id() + PEM))
                        .ifPresent(key -> keys.put(key.id(), key));
            }
        });
        return keys;
    }
}
