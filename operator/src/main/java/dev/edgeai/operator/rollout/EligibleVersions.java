package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.RuntimeUpgrade;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.TargetStatusBuilder;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.api.v1alpha1.rollout.UpgradeState;
import dev.edgeai.operator.config.PrometheusAddresses;
import dev.edgeai.planner.Times;
import dev.edgeai.planner.status.Explanation;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.planner.version.CertifiedVersion;
import dev.edgeai.planner.version.RuntimeUpgrades;
import dev.edgeai.planner.version.RuntimeUpgrades.Turn;
import dev.edgeai.planner.version.SourceVersions;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Which of the certified versions may be brought out now: none that is revoked, no source where a variant serves, none
 * while the analysis could never be read, and the one that serves with another runtime only when it is its turn.
 *
 * @param versions in the run's order
 * @param problem why a person has to act
 * @param waits why the runtime is not exchanged now
 */
record EligibleVersions(List<CertifiedVersion> versions, Optional<Explanation> problem, Optional<String> waits) {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

    static EligibleVersions of(TargetContext target, Optional<OptimizationRun> run, UpgradeTurns turns) {
        Optional<Explanation> refused = PrometheusAddresses.of(
                        target.served().config().prometheus())
                .problem(target.policy().analysis().metrics())
                .map(why -> new Explanation(Reason.ADDRESS_NOT_ALLOWED, why));
        if (refused.isPresent() || run.isEmpty()) {
            // what was revoked is given up all the same
            return new EligibleVersions(
                    orStable(target, List.of()), refused.or(() -> revoked(target, List.of())), Optional.empty());
        }
        return new Offers(target, run.get(), turns).offer();
    }

    /** The status with what is to be told of the upgrade. */
    TargetStatus told(TargetContext target, TargetStatus after) {
        @Nullable
        RuntimeUpgrade upgrade = RuntimeUpgrades.next(target.status(), after, image(target), waits, target.now())
                .orElse(null);
        return Objects.equals(upgrade, after.upgrade())
                ? after
                : TargetStatusBuilder.builder(after).upgrade(upgrade).build();
    }

    /** The turn of one that waits is no event. */
    Optional<Duration> requeue() {
        return waits.map(_ -> ASK_AGAIN);
    }

    private static String image(TargetContext target) {
        return target.served().config().images().runtime();
    }

    private static boolean isRevoked(TargetContext target, String digest) {
        return target.served().config().signing().revoked().contains(digest);
    }

    /** A rollout of what was revoked meanwhile is given up even when nothing else is left to bring out. */
    private static List<CertifiedVersion> orStable(TargetContext target, List<CertifiedVersion> versions) {
        Version stable = target.status().stable();
        Version candidate = target.status().candidate();
        return versions.isEmpty() && stable != null && candidate != null && isRevoked(target, candidate.digest())
                ? List.of(CertifiedVersion.of(
                        stable, Optional.ofNullable(stable.image()).orElse(image(target))))
                : versions;
    }

    private static Optional<Explanation> revoked(TargetContext target, List<CertifiedVersion> left) {
        return Optional.ofNullable(target.status().stable())
                .filter(stable -> isRevoked(target, stable.digest()))
                .filter(_ -> left.isEmpty())
                .map(stable -> new Explanation(
                        Reason.REVOKED,
                        "%s (%s) serves although it is revoked (signing.revoked), and no other variant is certified; "
                                        .formatted(stable.variant(), stable.digest())
                                + "change the spec, annotate edgeai.dev/retry with a new value, or scale to 0"));
    }

    private record Offers(TargetContext target, OptimizationRun run, UpgradeTurns turns) {
        EligibleVersions offer() {
            List<CertifiedVersion> newest = allowed(CertifiedVersions.of(run, target.servedBy(run)));
            Optional<Explanation> revoked = revoked(target, newest);
            Version stable = target.status().stable();
            if (RuntimeUpgrades.inProgress(target.status(), image(target))) {
                return new EligibleVersions(orStable(target, proven(newest, stable)), revoked, Optional.empty());
            }
            if (stable == null || !isUpgrade(newest, stable)) {
                return new EligibleVersions(orStable(target, newest), revoked, Optional.empty());
            }
            List<CertifiedVersion> held = held(stable);
            Optional<String> waits = waits(held, stable);
            return waits.isEmpty()
                    ? new EligibleVersions(proven(newest, stable), revoked, waits)
                    : new EligibleVersions(held, revoked.or(this::failed), waits);
        }

        /** What serves would serve with another image. */
        private boolean isUpgrade(List<CertifiedVersion> newest, Version stable) {
            return newest.stream()
                    .anyMatch(v ->
                            v.digest().equals(stable.digest()) && !v.image().equals(stable.image()));
        }

        /**
         * A digest that was rejected has another revision under another image; it is not tried again before what serves
         * has proved that image.
         */
        private List<CertifiedVersion> proven(List<CertifiedVersion> versions, @Nullable Version stable) {
            return versions.stream()
                    .filter(v -> (stable != null && v.digest().equals(stable.digest())) || !wasRejected(v.digest()))
                    .toList();
        }

        /** The same with what serves as it serves. */
        private List<CertifiedVersion> held(Version stable) {
            String image = stable.image();
            List<CertifiedVersion> versions = CertifiedVersions.of(
                    run,
                    target.servedBy(run),
                    digest -> digest.equals(stable.digest()) && image != null ? image : image(target));
            return proven(allowed(versions), stable).stream()
                    .map(v -> v.digest().equals(stable.digest()) && image == null
                            ? CertifiedVersion.of(stable, image(target))
                            : v)
                    .toList();
        }

        private boolean wasRejected(String digest) {
            return target.status().rejected().stream().anyMatch(r -> r.digest().equals(digest));
        }

        private Optional<String> waits(List<CertifiedVersion> held, Version stable) {
            TargetStatus status = target.status();
            if (RuntimeUpgrades.state(status, image(target))
                    .filter(UpgradeState.FAILED::equals)
                    .isPresent()) {
                return Optional.of("failed; annotate edgeai.dev/retry with a new value to try it again");
            }
            boolean asItServes = held.stream().anyMatch(v -> v.revision().equals(stable.revision()));
            if (!asItServes || status.phase() != RolloutPhase.IDLE) {
                return Optional.of("another rollout comes first");
            }
            if (target.model().getSpec().suspend() || target.replicas() == 0) {
                return Optional.of("waits until pods are wanted");
            }
            Optional<Instant> until = lastTry(status);
            if (until.filter(target.now()::isBefore).isPresent()) {
                return Optional.of("was taken back for no fault of its own; tried again at " + until.get());
            }
            return turns.turn(target.objects().ref(), status, target.now()) instanceof Turn.Wait(String message)
                    ? Optional.of(message)
                    : Optional.empty();
        }

        private Optional<Instant> lastTry(TargetStatus status) {
            return Optional.ofNullable(status.upgrade())
                    .filter(upgrade -> upgrade.image().equals(image(target)))
                    .flatMap(upgrade -> Times.read(upgrade.tried()))
                    .map(time -> time.plus(target.policy().progressDeadline().duration()));
        }

        private Optional<Explanation> failed() {
            return Optional.ofNullable(target.status().upgrade())
                    .filter(_ -> RuntimeUpgrades.state(target.status(), image(target))
                            .filter(UpgradeState.FAILED::equals)
                            .isPresent())
                    .map(upgrade -> new Explanation(
                            Reason.RUNTIME_UPGRADE_FAILED,
                            "runtime " + upgrade.image() + " was " + upgrade.message()
                                    + "; it serves on with the runtime it had, and other models wait; annotate "
                                    + "edgeai.dev/retry with a new value, or install another runtime"));
        }

        private List<CertifiedVersion> allowed(List<CertifiedVersion> versions) {
            return SourceVersions.offered(versions, target.status()).stream()
                    .filter(v -> !isRevoked(target, v.digest()))
                    .toList();
        }
    }
}
