package dev.edgeai.operator.signing;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.operator.job.SealKey;
import dev.edgeai.operator.misbehaving.MisbehavingApi;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Keys that another process makes at the same moment, and an API server that does not say whether it took one. */
class SigningKeysMisbehavingApiTest {
    private static final String SECRETS = "/namespaces/system/secrets";
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

    private final MisbehavingApi api = new MisbehavingApi();
    private Instant now = START;
    private final SigningKeys keys = keys();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void theKeyThatAnotherMadeInBetweenIsTheKey() {
        String theirs = keys().trusted();
        api.lose(secret("trusted")); // they have not come to that yet
        api.refuse(1, "GET", SECRETS + "/key", 404, "not there yet");
        assertThat(keys.trusted()).isEqualTo(theirs);
        assertThat(keys().trusted()).as("remembered too").isEqualTo(theirs);
        assertThat(api.asked("PATCH", SECRETS)).isEmpty();
    }

    @Test
    void aKeyWhoseAnswerWasLostIsTheKey() {
        api.loseAnswer("POST", SECRETS, 500);
        String trusted = keys.trusted();
        assertThat(trusted).isEqualTo(keys().trusted());
        assertThat(api.asked("POST", SECRETS)
                        .getFirst()
                        .body()
                        .at("/stringData")
                        .toString())
                .as("the one that was sent first")
                .contains(trusted.replace("\n", "\\n"));
    }

    @Test
    void aKeyThatCannotBeRememberedSignsNothing() {
        api.keep(secret("trusted"));
        api.refuse("PATCH", SECRETS, 403, "denied by policy");
        assertThatThrownBy(keys::ensure).hasMessageContaining("denied by policy");
        assertThatThrownBy(keys::trusted).isInstanceOf(KubernetesClientException.class);
    }

    @Test
    void whatIsKnownHoldsWhileTheServerDoesNotAnswer() {
        String known = keys.trusted();
        now = START.plusSeconds(120);
        api.refuse("GET", SECRETS, 503, "the server is busy");
        assertThat(keys.trusted()).isEqualTo(known);
        assertThat(keys.lost()).isEmpty();
    }

    @Test
    void theSealKeyThatAnotherMadeInBetweenIsTheSealKey() {
        byte[] theirs = new SealKey(api.client(), "system").get();
        api.refuse(1, "GET", SECRETS + "/" + SealKey.SECRET, 404, "not there yet");
        assertThat(new SealKey(api.client(), "system").get()).isEqualTo(theirs);
    }

    @Test
    void aSealKeyWhoseAnswerWasLostIsTheSealKey() {
        api.loseAnswer("POST", SECRETS, 500);
        byte[] made = new SealKey(api.client(), "system").get();
        assertThat(new SealKey(api.client(), "system").get()).isEqualTo(made);
    }

    private SigningKeys keys() {
        return new SigningKeys(
                api.client(),
                "system",
                new OperatorConfig.Signing("key", "trusted", Map.of(), List.of()),
                () -> false,
                clock());
    }

    private static Secret secret(String name) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("system")
                .endMetadata()
                .build();
    }

    private Clock clock() {
        InstantSource source = () -> now;
        return source.withZone(ZoneOffset.UTC);
    }
}
