package dev.edgeai.operator.config;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.OperatorConfig;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a usable configuration must fulfil. All problems are found, not the first one. */
final class ConfigRules {
    private static final Pattern REPOSITORY = Pattern.compile("[^/\\s:]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+");
    private static final Pattern HOST = Pattern.compile("[^/\\s:]+(:[0-9]+)?");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private static final Duration SHORTEST_TRIAL = Duration.ofMinutes(1);
    private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(8760);

    private final OperatorConfig config;
    private final List<String> problems = new ArrayList<>();

    private ConfigRules(OperatorConfig config) {
        this.config = config;
    }

    static List<String> problems(OperatorConfig config) {
        ConfigRules rules = new ConfigRules(config);
        rules.registry(config.registry());
        rules.images(config.images());
        rules.accelerators();
        rules.rest();
        return List.copyOf(rules.problems);
    }

    private void registry(OperatorConfig.@Nullable Registry registry) {
        if (registry == null) {
            problems.add("registry is missing; give registry.prefix, for example registry.example.com/models");
            return;
        }
        require(
                registry.prefix() != null
                        && REPOSITORY.matcher(registry.prefix()).matches(),
                "registry.prefix is '" + registry.prefix() + "'; give host[:port]/path in lower case without a scheme, "
                        + "for example registry.example.com/models");
        for (String host : registry.plainHttp()) {
            require(
                    HOST.matcher(host).matches(),
                    "registry.plainHttp has '" + host + "'; give host:port without scheme and path");
        }
    }

    private void images(OperatorConfig.@Nullable Images images) {
        if (images == null) {
            problems.add("images is missing; give images.runtime and images.optimizers");
            return;
        }
        require(isText(images.runtime()), "images.runtime is missing; give the runtime image");
        images.optimizers()
                .forEach((framework, image) ->
                        require(isText(image), "images.optimizers: " + framework.slug() + " has no image"));
        require(
                Set.of("Always", "IfNotPresent", "Never").contains(images.pullPolicy()),
                "images.pullPolicy is '" + images.pullPolicy() + "'; give Always, IfNotPresent or Never");
    }

    private void accelerators() {
        require(
                !config.accelerators().isEmpty(),
                "accelerators is empty; give at least one profile, for example {name: intel-cpu}");
        Map<String, Long> count = config.accelerators().stream()
                .map(AcceleratorProfile::name)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        count.forEach(
                (name, times) -> require(times == 1, "accelerators: " + name + " stands there " + times + " times"));
        config.accelerators().forEach(profile -> accelerator(profile, count.keySet()));
    }

    private void accelerator(AcceleratorProfile profile, Set<String> names) {
        String where = "accelerators." + (profile.name().isEmpty() ? "(without name)" : profile.name()) + ": ";
        require(
                NAME.matcher(profile.name()).matches(),
                where + "a name has lower-case letters, digits and '-', at most 63");
        require(profile.threads() > 0, where + "threads is " + profile.threads() + "; give 1 or more");
        require(!profile.nodeSelector().isEmpty(), where + "nodeSelector is empty; give the labels of its nodes");
        if (profile.fallback() != null) {
            require(
                    names.contains(profile.fallback()),
                    where + "fallback '" + profile.fallback() + "' is no profile; there are " + sorted(names));
            require(!fallsBackToItself(profile), where + "its fallbacks form a circle");
        }
    }

    private boolean fallsBackToItself(AcceleratorProfile profile) {
        Map<String, AcceleratorProfile> byName = config.accelerators().stream()
                .collect(Collectors.toMap(AcceleratorProfile::name, Function.identity(), (first, second) -> first));
        Set<String> seen = new HashSet<>();
        @Nullable AcceleratorProfile next = profile;
        while (next != null && seen.add(next.name())) {
            next = next.fallback() == null ? null : byName.get(next.fallback());
        }
        return next != null;
    }

    private void rest() {
        signing(config.signing());
        require(
                config.rollout().maxConcurrentUpgrades() >= 0,
                "rollout.maxConcurrentUpgrades is " + config.rollout().maxConcurrentUpgrades() + "; give 0 or more");
        Duration interval = config.sourceCheck().interval().duration();
        require(
                interval.isZero()
                        || (interval.compareTo(SHORTEST_INTERVAL) >= 0 && interval.compareTo(LONGEST_INTERVAL) <= 0),
                "sourceCheck.interval is " + config.sourceCheck().interval() + "; give 1s to 8760h, or 0s for never");
        require(
                config.trials().maxDuration().duration().compareTo(SHORTEST_TRIAL) >= 0,
                "trials.maxDuration is " + config.trials().maxDuration() + "; give 1m or more");
        require(config.maxSourceBytes() > 0, "maxSourceBytes is " + config.maxSourceBytes() + "; give bytes above 0");
        String address = config.prometheus().address();
        if (address != null) {
            prometheus("prometheus.address", address);
        }
        config.prometheus().allowed().forEach(allowed -> prometheus("prometheus.allowed", allowed));
    }

    private void signing(OperatorConfig.Signing signing) {
        require(isText(signing.secret()), "signing.secret is empty; give the name of the key's Secret");
        require(
                isText(signing.trustedKeys()) && !signing.trustedKeys().equals(signing.secret()),
                "signing.trustedKeys is '" + signing.trustedKeys() + "'; give the name of a Secret of its own");
        signing.trustedUntil().forEach((id, time) -> {
            require(
                    KEY_ID.matcher(id).matches(),
                    "signing.trustedUntil has key '" + id + "'; give the 64 digits of a key id");
            require(
                    isTime(time),
                    "signing.trustedUntil." + id + " is '" + time + "'; give a time, 2027-01-31T00:00:00Z");
        });
        signing.revoked()
                .forEach(digest -> require(
                        DIGEST.matcher(digest).matches(),
                        "signing.revoked has '" + digest + "'; give digests, sha256: and 64 digits"));
    }

    private static boolean isTime(String text) {
        try {
            Instant.parse(text);
            return true;
        } catch (DateTimeParseException _) {
            return false;
        }
    }

    private void prometheus(String where, String address) {
        HttpAddress.problem(address)
                .ifPresent(problem -> problems.add(where + " has '" + address + "': " + problem
                        + "; give an address such as http://prometheus.monitoring:9090"));
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }

    private static boolean isText(@Nullable String value) {
        return value != null && !value.isBlank();
    }

    private static String sorted(Set<String> names) {
        return names.stream().filter(name -> !name.isEmpty()).sorted().collect(Collectors.joining(", "));
    }
}
