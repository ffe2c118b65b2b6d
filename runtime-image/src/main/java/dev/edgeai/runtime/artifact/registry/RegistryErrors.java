package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.runtime.artifact.transfer.TransferException;
import land.oras.exception.OrasException;

import javax.net.ssl.SSLException;
import java.io.IOException;

/** What a registry's answers, and silence, mean. */
final class RegistryErrors {
    private RegistryErrors() {}

    static TransferException of(String what, OrasException e) {
        if (e.getStatusCode() > 0) {
            return answered(what, e.getStatusCode());
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return unreachable(what, io);
            }
        }
        return unavailable(what, e);
    }

    static TransferException unreachable(String what, IOException e) {
        if (e instanceof SSLException) {
            return new TransferException(
                    TransferException.Kind.REFUSED,
                    ("Cannot get or put %s: TLS failed (%s). A registry without TLS must be listed: --plain-http, "
                                    + "EDGEAI_PLAIN_HTTP, or registry.plainHttp of the chart.")
                            .formatted(what, e.getMessage()),
                    e);
        }
        return unavailable(what, e);
    }

    static void requireSuccess(String what, int status) {
        if (status >= 300) {
            throw answered(what, status);
        }
    }

    private static TransferException unavailable(String what, Exception e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new TransferException(
                TransferException.Kind.UNAVAILABLE,
                "Cannot get or put %s: the registry does not answer (%s).".formatted(what, why),
                e);
    }

    private static TransferException answered(String what, int status) {
        return new TransferException(
                TransferException.ofStatus(status),
                "Cannot get or put %s: the registry answered %d.".formatted(what, status));
    }
}
