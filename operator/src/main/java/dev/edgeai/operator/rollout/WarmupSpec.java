package dev.edgeai.operator.rollout;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.trial.TrialSpecBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.TargetStatus.Version;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.source.ModelSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which dataset and which evaluation split a warm-up sends: those that the version was certified with. */
final class WarmupSpec {
    private WarmupSpec() {}

    /** From the run that made the version; from the EdgeModel when that run is gone. */
    static TrialSpec of(TargetContext target, Version version) {
        Optional<OptimizationRun> run = target.run(version.run());
        OptimizationRunSpec spec = run.map(OptimizationRun::getSpec).orElseGet(() -> target.wantedRun());
        Optional<OptimizationRunStatus> status = run.map(OptimizationRun::getStatus);
        Optional<TrialStatus> trial = status.flatMap(s -> s.trials().stream()
                .filter(t -> t.name().equals(version.trial()))
                .findFirst());
        return TrialSpecBuilder.builder()
                .run(version.run())
                .trial(version.trial())
                .task(spec.task())
                .framework(trial.map(TrialStatus::framework).orElse(null))
                .technique(trial.map(TrialStatus::technique).orElse(null))
                .parameters(trial.map(TrialStatus::parameters).orElse(Map.of()))
                .source(pinned(spec.source(), status.map(OptimizationRunStatus::sourceDigest)))
                .evaluation(spec.evaluation()
                        .pinned(status.map(OptimizationRunStatus::datasetDigest)
                                .orElse(spec.evaluation().dataset().digest())))
                .accelerator(target.servedFor(version).profile().name())
                .threads(target.servedFor(version).profile().threads())
                .seed(spec.seed())
                .repository(CertifiedVersions.repository(version.artifact()))
                .plainHttp(List.copyOf(target.served().config().registry().plainHttp()))
                .maxSourceBytes(target.served().config().maxSourceBytes())
                .depth(Depth.FULL)
                .engineOptions(Map.of())
                .build();
    }

    private static ModelSource pinned(ModelSource source, Optional<String> digest) {
        return new ModelSource(source.uri(), digest.orElse(source.digest()), source.credentialsSecretRef());
    }
}
