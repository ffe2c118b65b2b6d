package dev.edgeai.operator.signing;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;

class KeyRuleTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final PublicKeyPem FIRST = fresh();
    private static final PublicKeyPem SECOND = fresh();
    private static final TrustRecord KNOWN = new TrustRecord(TrustRecord.entry(FIRST, "key"));

    @Test
    void aFreshInstallationMakesAKey() {
        assertThat(rule("key", Optional.empty(), Optional.empty(), () -> false)).isInstanceOf(KeyRule.Make.class);
    }

    @Test
    void aKeyThatIsThereIsUsedWhateverIsRemembered() {
        KeyRule use = new KeyRule.Use(SECOND);
        assertThat(rule("key", Optional.of(SECOND), Optional.empty(), () -> true))
                .isEqualTo(use);
        assertThat(rule("key", Optional.of(SECOND), Optional.of(KNOWN), () -> true))
                .isEqualTo(use);
    }

    @Test
    void aKeyThatWasThereIsNotReplaced() {
        assertThat(rule("key", Optional.empty(), Optional.of(KNOWN), () -> false))
                .isInstanceOfSatisfying(
                        KeyRule.Lost.class,
                        lost -> assertThat(lost.message())
                                .contains("edgeai-system/key")
                                .contains("Restore the Secret from a backup")
                                .contains("set signing.secret to a new name"));
    }

    @Test
    void certificatesShowThatThereWasAKeyWhenNothingElseDoes() {
        assertThat(rule("key", Optional.empty(), Optional.empty(), () -> true))
                .isInstanceOfSatisfying(
                        KeyRule.Lost.class,
                        lost -> assertThat(lost.message()).contains("edgeai-system/trusted (trusted keys) are gone"));
    }

    @Test
    void aNewNameIsANewKeyAndSoIsAPersonsConsent() {
        assertThat(rule("key-2", Optional.empty(), Optional.of(KNOWN), () -> true))
                .isInstanceOf(KeyRule.Make.class);
        assertThat(rule("key", Optional.empty(), Optional.of(new TrustRecord(Map.of())), () -> true))
                .isInstanceOf(KeyRule.Make.class);
    }

    @Test
    void theSigningKeyIsTrustedFirstAndTheEarlierOnesUntilTheirEnd() {
        Map<String, String> data = new HashMap<>(TrustRecord.entry(FIRST, "key"));
        data.putAll(TrustRecord.entry(SECOND, "key-2"));
        TrustRecord both = new TrustRecord(data);
        Map<String, Instant> until = Map.of(FIRST.id(), NOW);
        assertThat(both.trusted(Optional.of(SECOND), Map.of(), NOW)).isEqualTo(SECOND.pem() + FIRST.pem());
        assertThat(both.trusted(Optional.of(SECOND), until, NOW.minusMillis(1))).isEqualTo(SECOND.pem() + FIRST.pem());
        assertThat(both.trusted(Optional.of(SECOND), until, NOW)).isEqualTo(SECOND.pem());
        assertThat(both.trusted(Optional.of(FIRST), until, NOW))
                .as("what signs is trusted")
                .isEqualTo(FIRST.pem() + SECOND.pem());
        assertThat(KNOWN.trusted(Optional.empty(), Map.of(), NOW))
                .as("a lost key is trusted on")
                .isEqualTo(FIRST.pem());
    }

    @Test
    void whatIsNoKeyOrStandsUnderAnothersIdIsNotTrusted() {
        TrustRecord odd =
                new TrustRecord(Map.of("x.pem", FIRST.pem(), SECOND.id() + ".pem", FIRST.pem(), "note", "hi"));
        assertThat(odd.trusted(Optional.empty(), Map.of(), NOW)).isEmpty();
        assertThat(odd.knew("key")).isFalse();
    }

    @Test
    void onlyAKeyIsAKey() {
        assertThat(PublicKeyPem.parse("")).isEmpty();
        assertThat(PublicKeyPem.parse("-----BEGIN PUBLIC KEY-----")).isEmpty();
        assertThat(PublicKeyPem.parse(FIRST.pem().replace("PUBLIC", "PRIVATE"))).isEmpty();
        assertThat(PublicKeyPem.parse(FIRST.pem().replace("MFkw", "AAAA"))).isEmpty();
        assertThat(PublicKeyPem.parse("a note\n" + FIRST.pem())).contains(FIRST);
    }

    private static KeyRule rule(
            String secret, Optional<PublicKeyPem> found, Optional<TrustRecord> record, BooleanSupplier certified) {
        return KeyRule.of("edgeai-system/" + secret, "edgeai-system/trusted", found, record, certified);
    }

    private static PublicKeyPem fresh() {
        return PublicKeyPem.parse(KeyPairs.fresh().getOrDefault(SigningKeys.PUBLIC, ""))
                .orElseThrow();
    }
}
