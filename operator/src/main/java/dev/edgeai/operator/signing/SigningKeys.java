package dev.edgeai.operator.signing;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.config.ConfigException;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The key pair (ECDSA P-256) of the certificates, in one Secret of the operator's namespace, and the public halves of all
 * keys that ever signed in another. The operator makes a pair once; one that is gone later is never replaced silently
 * ({@link KeyRule}). Only certify Jobs mount the private half, and only public halves stay in the operator's memory.
 */
public final class SigningKeys {
    /** Key of the Secret: PKCS#8 PEM. */
    public static final String PRIVATE = "private.pem";

    /** Key of the Secret: X.509 SubjectPublicKeyInfo PEM. */
    public static final String PUBLIC = "public.pem";

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final String namespace;
    private final OperatorConfig.Signing config;
    private final BooleanSupplier certified;
    private final Clock clock;
    private volatile @Nullable Seen seen;

    /**
     * Looks at nothing yet.
     *
     * @param namespace of the operator
     * @param certified whether any run holds a certificate; asked only when no key is known at all
     */
    public SigningKeys(
            KubernetesClient client,
            String namespace,
            OperatorConfig.Signing config,
            BooleanSupplier certified,
            Clock clock) {
        this.client = client;
        this.namespace = namespace;
        this.config = config;
        this.certified = certified;
        this.clock = clock;
    }

    private record Seen(KeyRule rule, TrustRecord record, Instant when) {
        Optional<PublicKeyPem> signing() {
            return rule instanceof KeyRule.Use(PublicKeyPem key) ? Optional.of(key) : Optional.empty();
        }

        Optional<String> lost() {
            return rule instanceof KeyRule.Lost(String message) ? Optional.of(message) : Optional.empty();
        }
    }

    /** Name of the Secret of the pair, for certify Jobs. */
    public String secret() {
        return config.secret();
    }

    /**
     * The public keys that serving pods trust, one PEM block after the other, the signing one first. Empty when the key
     * and the memory of it are both gone.
     *
     * @throws ConfigException when the Secret holds no such key
     */
    public String trusted() {
        Seen now = recent();
        return now.record().trusted(now.signing(), until(), clock.instant());
    }

    /** Why nothing can be signed, and what to do; empty when all is well. As of the last minute. */
    public Optional<String> lost() {
        return recent().lost();
    }

    /**
     * Looks at the Secrets now; makes the key when there never was one.
     *
     * @return why nothing can be signed; empty when all is well
     * @throws ConfigException when the Secret holds no such key
     */
    public Optional<String> ensure() {
        Seen now = look();
        Optional<String> before = Optional.ofNullable(seen).flatMap(Seen::lost);
        now.lost().filter(message -> !before.equals(Optional.of(message))).ifPresent(LOG::error);
        seen = now;
        return now.lost();
    }

    private Seen recent() {
        Seen known = seen;
        if (known == null) {
            ensure();
        } else if (known.when().plus(LOOK_AGAIN).isBefore(clock.instant())) {
            try {
                ensure();
            } catch (KubernetesClientException | ConfigException e) {
                LOG.warn("cannot look at the signing key, goes on with what is known: {}", e.getMessage());
            }
        }
        return Objects.requireNonNull(seen);
    }

    private Seen look() {
        Optional<Secret> found = get(config.secret());
        Optional<TrustRecord> record = get(config.trustedKeys()).map(SigningKeys::record);
        KeyRule rule = KeyRule.of(
                namespace + "/" + config.secret(),
                namespace + "/" + config.trustedKeys(),
                found.map(this::publicKeyOf),
                record,
                certified);
        if (rule instanceof KeyRule.Make) {
            rule = new KeyRule.Use(publicKeyOf(create()));
        }
        TrustRecord known = record.orElse(new TrustRecord(Map.of()));
        if (rule instanceof KeyRule.Use(PublicKeyPem key) && !known.holds(key, config.secret())) {
            known = remember(key, record.isPresent());
        }
        return new Seen(rule, known, clock.instant());
    }

    private Secret create() {
        try {
            Secret made = client.resource(secret(config.secret())
                            .withImmutable(true)
                            .withStringData(KeyPairs.fresh())
                            .build())
                    .create();
            LOG.info("made the signing key {}/{}", namespace, config.secret());
            return made;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return client.secrets()
                    .inNamespace(namespace)
                    .withName(config.secret())
                    .require();
        }
    }

    /** After the pair is there and not before: a crash in between is made good by the next look. */
    private TrustRecord remember(PublicKeyPem key, boolean exists) {
        LOG.info("certificates are signed with key {} from now on; earlier keys stay trusted", key.id());
        Secret wanted = secret(config.trustedKeys())
                .withStringData(TrustRecord.entry(key, config.secret()))
                .build();
        if (!exists) {
            try {
                return record(client.resource(wanted).create());
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
        // Only the new entries, so that two that remember at the same time both do
        return record(client.resource(wanted).patch(MERGE, patch(wanted.getStringData())));
    }

    private static String patch(Map<String, String> data) {
        return "{\"stringData\":"
                + data.entrySet().stream()
                        .map(e -> "\"" + e.getKey() + "\":\"" + e.getValue().replace("\n", "\\n") + "\"")
                        .collect(Collectors.joining(",", "{", "}"))
                + "}";
    }

    private SecretBuilder secret(String name) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(Map.of(Labels.MANAGED_BY, Labels.MANAGER))
                .endMetadata()
                .withType("Opaque");
    }

    private Optional<Secret> get(String name) {
        return Optional.ofNullable(
                client.secrets().inNamespace(namespace).withName(name).get());
    }

    private PublicKeyPem publicKeyOf(Secret found) {
        return PublicKeyPem.parse(data(found).getOrDefault(PUBLIC, ""))
                .orElseThrow(() -> new ConfigException("Secret " + namespace + "/" + config.secret()
                        + " has no ECDSA P-256 public key in " + PUBLIC + "; put the pair there (" + PRIVATE + ", "
                        + PUBLIC + "), or set signing.secret to a new name and the operator makes one"));
    }

    private static TrustRecord record(Secret found) {
        return new TrustRecord(data(found));
    }

    private static Map<String, String> data(Secret secret) {
        return secret.getData() == null
                ? Map.of()
                : secret.getData().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                e -> new String(Base64.getDecoder().decode(e.getValue()), StandardCharsets.US_ASCII)));
    }

    private Map<String, Instant> until() {
        return config.trustedUntil().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> Instant.parse(e.getValue())));
    }
}
