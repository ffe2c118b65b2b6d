package dev.edgeai.operator.signing;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.operator.config.ConfigException;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;

/**
 * The key pair (ECDSA P-256) of the certificates, in one Secret of the operator's namespace. The operator makes it when
 * it is missing; only certify Jobs mount the private half, and only the public half stays in the operator's memory.
 */
public final class SigningKeys {
    /** Key of the Secret: PKCS#8 PEM. */
    public static final String PRIVATE = "private.pem";

    /** Key of the Secret: X.509 SubjectPublicKeyInfo PEM. */
    public static final String PUBLIC = "public.pem";

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
    private static final int PEM_LINE = 64;
    private static final int P256_BITS = 256;

    private final KubernetesClient client;
    private final String namespace;
    private final String secret;
    private volatile @Nullable String publicKey;

    public SigningKeys(KubernetesClient client, String namespace, String secret) {
        this.client = client;
        this.namespace = namespace;
        this.secret = secret;
    }

    /** Name of the Secret, for certify Jobs. */
    public String secret() {
        return secret;
    }

    /**
     * The public key that serving pods trust, PEM.
     *
     * @throws ConfigException when the Secret holds no such key
     */
    public String publicKey() {
        String known = publicKey;
        return known != null ? known : ensure();
    }

    /** Makes the Secret when it is missing, and reads the public key from it. */
    public String ensure() {
        @Nullable
        Secret found = client.secrets().inNamespace(namespace).withName(secret).get();
        String key = publicKeyOf(found != null ? found : create());
        publicKey = key;
        return key;
    }

    private Secret create() {
        try {
            Secret made = client.resource(fresh()).create();
            LOG.info(
                    "made the signing key {}/{}; certificates signed by an earlier key are no longer trusted",
                    namespace,
                    secret);
            return made;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return client.secrets().inNamespace(namespace).withName(secret).require();
        }
    }

    private Secret fresh() {
        KeyPair pair = generate();
        return new SecretBuilder()
                .withNewMetadata()
                .withName(secret)
                .withNamespace(namespace)
                .withLabels(Map.of(Labels.MANAGED_BY, Labels.MANAGER))
                .endMetadata()
                .withImmutable(true)
                .withType("Opaque")
                .withStringData(Map.of(
                        PRIVATE, pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
                        PUBLIC, pem("PUBLIC KEY", pair.getPublic().getEncoded())))
                .build();
    }

    private String publicKeyOf(Secret found) {
        @Nullable
        String encoded = found.getData() == null ? null : found.getData().get(PUBLIC);
        String pem = encoded == null ? "" : new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
        try {
            byte[] der = Base64.getMimeDecoder()
                    .decode(pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "")
                            .strip());
            if (KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der)) instanceof ECPublicKey key
                    && key.getParams().getOrder().bitLength() == P256_BITS) {
                return pem;
            }
            throw notAKey(null);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw notAKey(e);
        }
    }

    private ConfigException notAKey(@Nullable Exception cause) {
        String message = "Secret " + namespace + "/" + secret + " has no ECDSA P-256 public key in " + PUBLIC
                + "; put the pair there (" + PRIVATE + ", " + PUBLIC
                + "), or delete the Secret and the operator makes one";
        return cause == null ? new ConfigException(message) : new ConfigException(message, cause);
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no ECDSA P-256", e);
        }
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
