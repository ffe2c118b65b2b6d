package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Certified;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.Selected;
import dev.edgeai.api.v1alpha1.RunPhase;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.delivery.ServingDeployment;
import dev.edgeai.planner.version.CertifiedVersion;
import dev.edgeai.planner.version.CertifiedVersionBuilder;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The certified variants of a run as versions that can be served. */
final class CertifiedVersions {
    private CertifiedVersions() {}

    /** In the run's order, the selected one first; empty until the run has succeeded. */
    static List<CertifiedVersion> of(OptimizationRun run, ServedTarget target) {
        return of(run, target, _ -> target.config().images().runtime());
    }

    /** @param image runtime image by the artifact's digest */
    static List<CertifiedVersion> of(OptimizationRun run, ServedTarget target, UnaryOperator<String> image) {
        OptimizationRunStatus status = run.getStatus();
        if (status == null || status.phase() != RunPhase.SUCCEEDED) {
            return List.of();
        }
        Selected selected = status.selected();
        if (selected == null) {
            return List.of();
        }
        String repository = repository(selected.artifact());
        return status.certificates().stream()
                .flatMap(certified -> trial(status, certified)
                        .map(trial ->
                                version(run, target, repository, certified, trial, image.apply(certified.digest())))
                        .stream())
                .toList();
    }

    /** Pullable reference of a version's bundle; empty when its run was not asked for one. */
    static Optional<String> bundle(OptimizationRun run, CertifiedVersion version) {
        return run.getStatus().certificates().stream()
                .filter(certified -> certified.trial().equals(version.trial()) && certified.bundle() != null)
                .findFirst()
                .map(certified -> repository(version.artifact()) + "@" + certified.bundle());
    }

    private static CertifiedVersion version(
            OptimizationRun run,
            ServedTarget target,
            String repository,
            Certified certified,
            TrialStatus trial,
            String image) {
        String artifact = repository + "@" + certified.digest();
        Optional<Comparison> comparison = Optional.ofNullable(trial.comparison());
        Optional<Measurement> measurement = Optional.ofNullable(trial.measurement());
        return CertifiedVersionBuilder.builder()
                .revision(ServingDeployment.revision(target, artifact, certified.digest(), image))
                .artifact(artifact)
                .digest(certified.digest())
                .certificate(certified.certificate())
                .run(run.getMetadata().getName())
                .trial(trial.name())
                .variant(trial.variant())
                .speedup(
                        comparison.map(Comparison::speedup).map(Estimate::value).orElse(null))
                .accuracyRetention(
                        comparison.flatMap(CertifiedVersions::retention).orElse(null))
                .quality(measurement.map(Measurement::quality).orElse(null))
                .latencyP95Micros(measurement.map(Measurement::latencyP95Micros).orElse(0L))
                .image(image)
                .build();
    }

    private static Optional<Decimal> retention(Comparison comparison) {
        return Stream.of(
                        Optional.ofNullable(comparison.accuracyRetention()), Optional.ofNullable(comparison.fidelity()))
                .flatMap(Optional::stream)
                .findFirst()
                .map(Estimate::value);
    }

    private static Optional<TrialStatus> trial(OptimizationRunStatus status, Certified certified) {
        return status.trials().stream()
                .filter(trial -> trial.name().equals(certified.trial()))
                .findFirst();
    }

    /** {@code registry/repository} of {@code registry/repository@sha256:…}. */
    static String repository(String artifact) {
        int at = artifact.indexOf('@');
        return at < 0 ? artifact : artifact.substring(0, at);
    }
}
