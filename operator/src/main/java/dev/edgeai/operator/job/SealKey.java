package dev.edgeai.operator.job;

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
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The key that Jobs, Deployments and runs are sealed with: one Secret of the operator's namespace, made when it is missing, and in no pod but
 * the operator's. Losing it costs work, not trust: Jobs sealed with it are foreign from then on and are made anew.
 */
public final class SealKey implements Supplier<byte[]> {
    /** Name of the Secret. */
    public static final String SECRET = "edgeai-job-seal";

    private static final Logger LOG = LoggerFactory.getLogger(SealKey.class);
    private static final String ENTRY = "key";
    private static final int BYTES = 32;

    private final KubernetesClient client;
    private final String namespace;
    private volatile byte @Nullable [] known;

    public SealKey(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    @Override
    public byte[] get() {
        byte @Nullable [] key = known;
        if (key == null) {
            @Nullable
            Secret found =
                    client.secrets().inNamespace(namespace).withName(SECRET).get();
            key = read(found != null ? found : create());
            known = key;
        }
        return key;
    }

    private Secret create() {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        try {
            Secret made = client.resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName(SECRET)
                            .withNamespace(namespace)
                            .withLabels(Map.of(Labels.MANAGED_BY, Labels.MANAGER))
                            .endMetadata()
                            .withImmutable(true)
                            .withType("Opaque")
                            .withData(Map.of(ENTRY, Base64.getEncoder().encodeToString(key)))
                            .build())
                    .create();
            LOG.info("made the key that Jobs are sealed with, Secret {}/{}", namespace, SECRET);
            return made;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return client.secrets().inNamespace(namespace).withName(SECRET).require();
        }
    }

    private byte[] read(Secret secret) {
        @Nullable
        String encoded = secret.getData() == null ? null : secret.getData().get(ENTRY);
        try {
            byte[] key = Base64.getDecoder().decode(encoded == null ? "" : encoded);
            if (key.length >= BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            LOG.debug("not Base64", e);
        }
        throw new ConfigException("Secret " + namespace + "/" + SECRET + " has no " + BYTES + " bytes in '" + ENTRY
                + "'; delete it and the operator makes one: trials under way are then made anew");
    }
}
