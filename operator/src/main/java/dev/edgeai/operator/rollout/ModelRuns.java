package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.ownership.NameTakenException;
import dev.edgeai.operator.ownership.OwnedObjects;
import dev.edgeai.planner.run.RunChoice;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.util.Optional;

/** Makes the runs of a model, each with a seal: anybody who writes in the namespace can make others in its name. */
public final class ModelRuns {
    /** The API server's answer to a run of that name with another spec. */
    private static final int UNPROCESSABLE = 422;

    private final OwnedObjects owned;
    private final Seals seals;

    public ModelRuns(OwnedObjects owned, Seals seals) {
        this.owned = owned;
        this.seals = seals;
    }

    /** The run of the inputs as they are; made when it is missing and nothing is suspended. */
    Optional<OptimizationRun> current(TargetContext target) {
        OptimizationRunSpec wanted = target.wantedRun();
        return switch (RunChoice.of(wanted, target.annotations(), target.runs())) {
            case RunChoice.Present(OptimizationRun run) -> Optional.of(run);
            case RunChoice.Missing missing -> {
                OptimizationRun fresh = fresh(target, wanted, missing);
                if (!target.model().getSpec().suspend()) {
                    make(fresh);
                }
                yield target.model().getSpec().suspend() ? Optional.empty() : Optional.of(fresh);
            }
        };
    }

    /** One of somebody else under its name, with the same inputs, is as good: it is sealed. */
    private void make(OptimizationRun fresh) {
        try {
            owned.apply(fresh);
        } catch (KubernetesClientException e) {
            if (e.getCode() != UNPROCESSABLE) {
                throw e;
            }
            throw new NameTakenException(
                    "the API server refuses OptimizationRun %s (%s); if somebody made another one of that name, delete it"
                            .formatted(
                                    fresh.getMetadata().getName(),
                                    e.getStatus() == null
                                            ? e.getMessage()
                                            : e.getStatus().getMessage()));
        }
    }

    private OptimizationRun fresh(TargetContext target, OptimizationRunSpec wanted, RunChoice.Missing missing) {
        OptimizationRun run = new OptimizationRun();
        run.setMetadata(new ObjectMetaBuilder()
                .withName(ObjectNames.run(target.objects().ref(), missing.fingerprint()))
                .withNamespace(target.objects().ref().namespace())
                .withLabels(target.objects().ref().labels())
                .withAnnotations(missing.annotations())
                .withOwnerReferences(target.served().owner())
                .build());
        run.setSpec(wanted);
        return seals.seal(run, target.model().getMetadata().getUid());
    }
}
