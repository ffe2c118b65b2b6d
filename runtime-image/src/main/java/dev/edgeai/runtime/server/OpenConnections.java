package dev.edgeai.runtime.server;

import io.helidon.webserver.CloseConnectionException;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The connections that are open, a limited number. A new one takes the place of an idle one: of those that got no answer of
 * success yet the oldest, then that which has been idle the longest. So whoever only holds connections loses them before a
 * client that is served. One with a request keeps its own.
 */
final class OpenConnections {
    private final int most;
    private final LinkedHashSet<Caller> unserved = new LinkedHashSet<>(); // idle, the longest first
    private final LinkedHashSet<Caller> served = new LinkedHashSet<>(); // the same
    private final Set<Caller> busy = new HashSet<>();

    OpenConnections(int most) {
        this.most = most;
    }

    /** Takes a connection in, idle; false where each of the others has a request. */
    synchronized boolean enter(Caller caller) {
        if (unserved.size() + served.size() + busy.size() >= most) {
            if (unserved.isEmpty() && served.isEmpty()) {
                return false;
            }
            (unserved.isEmpty() ? served : unserved).removeFirst().disconnect();
        }
        unserved.add(caller);
        return true;
    }

    /**
     * A request has begun.
     *
     * @throws CloseConnectionException another connection has just taken this one's place
     */
    synchronized void begin(Caller caller) {
        if (!unserved.remove(caller) && !served.remove(caller)) {
            throw new CloseConnectionException("it was idle for the longest time, and there are too many");
        }
        busy.add(caller);
    }

    /**
     * Its request has been answered.
     *
     * @param success and not refused
     */
    synchronized void finish(Caller caller, boolean success) {
        if (busy.remove(caller)) {
            (success ? served : unserved).add(caller);
        }
    }

    /** The connection has ended. */
    synchronized void leave(Caller caller) {
        unserved.remove(caller);
        served.remove(caller);
        busy.remove(caller);
    }
}
