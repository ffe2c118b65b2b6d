package dev.edgeai.runtime.artifact.transfer;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.pod.RuntimeFailure;

/** A registry or web server that did not give what was asked. */
public final class TransferException extends RuntimeException {
    private final Kind kind;
    private final String message;

    public TransferException(Kind kind, String message) {
        super(message);
        this.kind = kind;
        this.message = message;
    }

    public TransferException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.message = message;
    }

    /** What went wrong, as far as it decides what to do about it. */
    public enum Kind {
        /** There is no such thing. */
        NOT_FOUND,
        /** Credentials are missing or do not suffice. */
        DENIED,
        /** It may work a little later. */
        UNAVAILABLE,
        /** It will not work later either. */
        REFUSED
    }

    public Kind kind() {
        return kind;
    }

    public static Kind ofStatus(int status) {
        return switch (status) {
            case 404, 410 -> Kind.NOT_FOUND;
            case 401, 403 -> Kind.DENIED;
            case 408, 425, 429, 500, 502, 503, 504 -> Kind.UNAVAILABLE;
            default -> Kind.REFUSED;
        };
    }

    /**
     * As the end of a verb. A source or a dataset that these credentials may not see is not found: whoever named it is to
     * know at once. Access to what the operator keeps itself is for the operator's registry to give, and says nothing of
     * the thing.
     *
     * @param notFound the reason when the thing is not there
     */
    public RuntimeFailure failure(FailureReason notFound) {
        return switch (kind) {
            case NOT_FOUND ->
                new RuntimeFailure(notFound, message + " Check the address, with repository and tag or path.", this);
            case DENIED -> denied(notFound);
            case UNAVAILABLE ->
                new RuntimeFailure(
                        FailureReason.REGISTRY_UNAVAILABLE,
                        message + " It was tried several times; check that it runs and can be reached from here.",
                        this);
            case REFUSED -> new RuntimeFailure(FailureReason.REGISTRY_UNAVAILABLE, message, this);
        };
    }

    private RuntimeFailure denied(FailureReason notFound) {
        return switch (notFound) {
            case SOURCE_NOT_FOUND, DATASET_NOT_FOUND -> denied(notFound, "source.credentialsSecretRef");
            default ->
                denied(
                        FailureReason.REGISTRY_UNAVAILABLE,
                        "registry.credentialsSecret of the operator's configuration");
        };
    }

    private RuntimeFailure denied(FailureReason reason, String where) {
        return new RuntimeFailure(
                reason,
                "%s Access was denied: give credentials (a kubernetes.io/dockerconfigjson Secret in %s) that may do that."
                        .formatted(message, where),
                this);
    }
}
