package dev.edgeai.runtime.artifact.registry;

import dev.edgeai.runtime.artifact.transfer.TransferException;
import land.oras.exception.OrasException;

import javax.net.ssl.SSLException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;

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
                    ("%s: TLS failed (%s). A registry without TLS must be listed: --plain-http, "
                                    + "EDGEAI_PLAIN_HTTP, or registry.plainHttp of the chart.")
                            .formatted(what, e.getMessage()),
                    e);
        }
        return isUnknownHost(e)
                ? new TransferException(
                        TransferException.Kind.UNAVAILABLE,
                        "%s: the registry's host is not known here (no DNS entry).".formatted(what),
                        e)
                : unavailable(what, e);
    }

    /** The JDK's client says it in a cause, and nothing in the message. */
    private static boolean isUnknownHost(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    static void requireSuccess(String what, int status) {
        if (status >= 300) {
            throw answered(what, status);
        }
    }

    private static TransferException unavailable(String what, Exception e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new TransferException(
                TransferException.Kind.UNAVAILABLE, "%s: the registry does not answer (%s).".formatted(what, why), e);
    }

    private static TransferException answered(String what, int status) {
        return new TransferException(
                TransferException.ofStatus(status), "%s: the registry answered %d.".formatted(what, status));
    }
}
