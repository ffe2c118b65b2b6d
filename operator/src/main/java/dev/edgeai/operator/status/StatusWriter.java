package dev.edgeai.operator.status;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;

import java.util.Objects;
import java.util.function.Supplier;

/** Writes a status: last, whole, and only when it changed. */
public final class StatusWriter {
    private StatusWriter() {}

    /**
     * Server-side applies a status as its only owner and remembers it, so that the next reconciliation does not see an
     * older one.
     *
     * @param seen the resource as it was gathered
     * @param status the status as it should be
     * @param empty makes an empty resource of the same kind
     * @return whether anything was written
     */
    public static <T, R extends CustomResource<?, T>> boolean write(
            R seen, T status, Context<R> context, Supplier<R> empty) {
        if (Objects.equals(seen.getStatus(), status)) {
            return false;
        }
        R fresh = empty.get();
        fresh.setMetadata(new ObjectMetaBuilder()
                .withName(seen.getMetadata().getName())
                .withNamespace(seen.getMetadata().getNamespace())
                .build());
        fresh.setStatus(status);
        PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(seen, fresh, context);
        return true;
    }
}
