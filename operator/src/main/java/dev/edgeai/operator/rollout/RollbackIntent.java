package dev.edgeai.operator.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.api.v1alpha1.TargetStatus;
import dev.edgeai.api.v1alpha1.rollout.RolloutPhase;
import dev.edgeai.operator.delivery.ObjectNames;
import dev.edgeai.operator.delivery.ServingServices;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.operator.job.Seals;
import dev.edgeai.operator.observation.TargetObjects;
import dev.edgeai.planner.Fingerprints;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import java.util.Optional;

/**
 * A rollback's traffic write comes before its status, because users wait for it. So that a process that dies between the
 * two does not send users back to the version it has just taken away, that write carries the status along. It holds only
 * as what follows the very status that is written now, whatever the clocks of two operators say, and only under the
 * operator's seal: whoever may write a Service may not say what the operator brings out.
 */
public final class RollbackIntent {
    private static final int FINGERPRINT_DIGITS = 32;

    private final Seals seals;

    public RollbackIntent(Seals seals) {
        this.seals = seals;
    }

    /**
     * @param before fingerprint of the status that this one follows
     * @param status to go on from
     * @param seal over both
     */
    record Sealed(String before, JsonNode status, String seal) {}

    /** What to write with the traffic; nothing unless the target rolls back. */
    Optional<String> of(TargetContext target, TargetStatus next) {
        return of(target.objects().ref(), target.modelUid(), target.written(), next);
    }

    Optional<String> of(TargetRef ref, String modelUid, TargetStatus written, TargetStatus next) {
        if (next.phase() != RolloutPhase.ROLLING_BACK) {
            return Optional.empty();
        }
        String before = fingerprint(written);
        return Json.find(Json.write(next), JsonNode.class)
                .map(status -> new Sealed(before, status, seal(ref, modelUid, before, status)))
                .map(Json::write);
    }

    /** The status to go on from: the intended one when it follows the one that is written. */
    public TargetStatus newest(TargetStatus written, TargetObjects objects, String modelUid) {
        return objects.service(ObjectNames.stableService(objects.ref()))
                .map(service -> service.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(ServingServices.INTENT))
                .flatMap(text -> Json.find(text, Sealed.class))
                .filter(intent -> isOurs(intent, objects.ref(), modelUid))
                .filter(intent -> intent.before().equals(fingerprint(written)))
                .flatMap(intent -> Json.find(intent.status().toString(), TargetStatus.class))
                .orElse(written);
    }

    private static String fingerprint(TargetStatus status) {
        return Fingerprints.hex(FINGERPRINT_DIGITS, Fingerprints.canonicalJson(status));
    }

    private boolean isOurs(Sealed intent, TargetRef ref, String modelUid) {
        return intent.before() != null
                && intent.status() != null
                && intent.seal() != null
                && Seals.isSame(seal(ref, modelUid, intent.before(), intent.status()), intent.seal());
    }

    private String seal(TargetRef ref, String modelUid, String before, JsonNode status) {
        ObjectMeta service = new ObjectMetaBuilder()
                .withNamespace(ref.namespace())
                .withName(ObjectNames.stableService(ref))
                .build();
        return seals.ofRollback(service, modelUid, before, status);
    }
}
