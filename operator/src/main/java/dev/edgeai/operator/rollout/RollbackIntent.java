package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.RolloutPhase;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.operator.delivery.Names;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.job.Json;
import dev.edgeai.operator.observation.TargetObjects;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A rollback's traffic write comes before its status, because users wait for it. So that a process that dies between the
 * two does not send users back to the version it has just taken away, that write carries the status along.
 */
final class RollbackIntent {
    private RollbackIntent() {}

    /** What to write with the traffic; nothing unless the target rolls back. */
    static Optional<String> of(TargetStatus next) {
        return next.phase() == RolloutPhase.ROLLING_BACK ? Optional.of(Json.write(next)) : Optional.empty();
    }

    /** The status to go on from: the intended one when it is newer than the one that was written. */
    static TargetStatus newest(TargetStatus written, TargetObjects objects) {
        return objects.service(Names.stableService(objects.ref()))
                .map(service -> service.getMetadata().getAnnotations())
                .flatMap(RollbackIntent::read)
                .filter(intended -> isAfter(intended, written))
                .orElse(written);
    }

    private static Optional<TargetStatus> read(Map<String, String> annotations) {
        return Optional.ofNullable(annotations.get(ServingServices.INTENT))
                .flatMap(text -> Json.read(text, TargetStatus.class));
    }

    private static boolean isAfter(TargetStatus intended, TargetStatus written) {
        return intended.since() != null
                && written.since() != null
                && Instant.parse(intended.since()).isAfter(Instant.parse(written.since()));
    }
}
