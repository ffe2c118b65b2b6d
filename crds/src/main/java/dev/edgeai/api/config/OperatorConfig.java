package dev.edgeai.api.config;

import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.value.TimeSpan;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operator's configuration file, made by the chart from its values ({@code /etc/edgeai/config.yaml}).
 *
 * @param registry where artifacts are kept
 * @param images what pods run
 * @param accelerators the accelerator profiles
 * @param signing where the signing key lies
 * @param prometheus which Prometheus servers analysis queries may go to
 * @param rollout limits over all models
 * @param sourceCheck looks at the tags of sources
 * @param trials limits of every trial
 * @param maxSourceBytes largest source or dataset that is fetched, bytes
 */
public record OperatorConfig(
        Registry registry,
        Images images,
        List<AcceleratorProfile> accelerators,
        Signing signing,
        Prometheus prometheus,
        Rollout rollout,
        SourceCheck sourceCheck,
        Trials trials,
        long maxSourceBytes) {
    @SuppressWarnings({"NullAway", "ConstantValue"})
    public OperatorConfig {
        accelerators = accelerators == null ? List.of() : List.copyOf(accelerators);
        signing = signing == null
                ? new Signing("edgeai-signing-key", "edgeai-trusted-keys", Map.of(), List.of())
                : signing;
        prometheus = prometheus == null ? new Prometheus(null, List.of()) : prometheus;
        rollout = rollout == null ? new Rollout(1) : rollout;
        sourceCheck = sourceCheck == null ? new SourceCheck(SourceCheck.HOURLY) : sourceCheck;
        trials = trials == null ? new Trials(Trials.HOURS) : trials;
        maxSourceBytes = maxSourceBytes == 0 ? 8L << 30 : maxSourceBytes;
    }

    /** The accelerator profile of this name. */
    public Optional<AcceleratorProfile> accelerator(String name) {
        return accelerators.stream()
                .filter(profile -> profile.name().equals(name))
                .findFirst();
    }

    /**
     * The artifact store.
     *
     * @param prefix {@code host:port/path}; variants go to {@code prefix/<namespace>/<model>}
     * @param plainHttp registries spoken to without TLS
     * @param credentialsSecret name of a dockerconfigjson Secret in each namespace with models; absent: anonymous
     */
    public record Registry(
            String prefix, List<String> plainHttp, @Nullable String credentialsSecret) {
        @SuppressWarnings({"NullAway", "ConstantValue"})
        public Registry {
            plainHttp = plainHttp == null ? List.of() : List.copyOf(plainHttp);
        }
    }

    /**
     * Images of the pods.
     *
     * @param runtime fetch, measure, certify, load, serve, warmup
     * @param optimizers one for each framework
     * @param pullPolicy {@code IfNotPresent} by default
     */
    public record Images(String runtime, Map<Framework, String> optimizers, String pullPolicy) {
        @SuppressWarnings({"NullAway", "ConstantValue"})
        public Images {
            optimizers = optimizers == null ? Map.of() : Map.copyOf(optimizers);
            pullPolicy = pullPolicy == null ? "IfNotPresent" : pullPolicy;
        }
    }

    /**
     * Where analysis queries may go: the operator speaks to these from its own place in the network, so a model's author
     * does not choose freely.
     *
     * @param address asked when a metric names none, and always allowed
     * @param allowed further addresses that a metric may name, {@code scheme://host[:port][/path]}
     */
    public record Prometheus(@Nullable String address, List<String> allowed) {
        @SuppressWarnings({"NullAway", "ConstantValue"})
        public Prometheus {
            allowed = allowed == null ? List.of() : List.copyOf(allowed);
        }
    }

    /**
     * Limits over all models.
     *
     * @param maxConcurrentUpgrades targets that try out another runtime image at a time; 0: none begins
     */
    public record Rollout(Integer maxConcurrentUpgrades) {
        @SuppressWarnings({"NullAway", "ConstantValue"})
        public Rollout {
            maxConcurrentUpgrades = maxConcurrentUpgrades == null ? 1 : maxConcurrentUpgrades;
        }
    }

    /**
     * Looks at the tags of sources: whether somebody pushed something else under them.
     *
     * @param interval from one look at a model's tag to the next; {@code 0s}: never
     */
    public record SourceCheck(TimeSpan interval) {
        private static final TimeSpan HOURLY = new TimeSpan("1h");

        @SuppressWarnings({"NullAway", "ConstantValue"})
        public SourceCheck {
            interval = interval == null ? HOURLY : interval;
        }
    }

    /**
     * Limits of every trial: one measures on a node at a time, and others wait for it.
     *
     * @param maxDuration that a pod of a trial may run, whatever {@code spec.search.timeout} says
     */
    public record Trials(TimeSpan maxDuration) {
        private static final TimeSpan HOURS = new TimeSpan("4h");

        @SuppressWarnings({"NullAway", "ConstantValue"})
        public Trials {
            maxDuration = maxDuration == null ? HOURS : maxDuration;
        }
    }

    /**
     * The signing key.
     *
     * @param secret Secret in the operator's namespace with {@code private.pem} and {@code public.pem} (ECDSA P-256); the
     *     operator makes it once. A new name is a new key
     * @param trustedKeys Secret in the operator's namespace in which the operator keeps the public halves of all keys
     *     that ever signed
     * @param trustedUntil end of the trust in a key, RFC 3339 by key id; others are trusted without end
     * @param revoked digests of artifacts that are never brought out, {@code sha256:…}
     */
    public record Signing(String secret, String trustedKeys, Map<String, String> trustedUntil, List<String> revoked) {
        @SuppressWarnings({"NullAway", "ConstantValue"})
        public Signing {
            secret = secret == null ? "edgeai-signing-key" : secret;
            trustedKeys = trustedKeys == null ? "edgeai-trusted-keys" : trustedKeys;
            trustedUntil = trustedUntil == null ? Map.of() : Map.copyOf(trustedUntil);
            revoked = revoked == null ? List.of() : List.copyOf(revoked);
        }
    }
}
