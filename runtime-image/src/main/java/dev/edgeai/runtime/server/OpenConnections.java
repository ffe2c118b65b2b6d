package dev.edgeai.runtime.server;

import io.helidon.webserver.CloseConnectionException;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The connections that are open, a limited number. A new one takes the place of that which has been idle the longest; one
 * with a request keeps its own.
 */
final class OpenConnections {
    private final int most;
    private final LinkedHashSet<Caller> idle = new LinkedHashSet<>(); // the longest first
    private final Set<Caller> busy = new HashSet<>();

    OpenConnections(int most) {
        this.most = most;
    }

    /** Takes a connection in, idle; false where each of the others has a request. */
    synchronized boolean enter(Caller caller) {
        if (idle.size() + busy.size() >= most) {
            if (idle.isEmpty()) {
                return false;
            }
            idle.removeFirst().disconnect();
        }
        idle.add(caller);
        return true;
    }

    /**
     * A request has begun.
     *
     * @throws CloseConnectionException another connection has just taken this one's place
     */
    synchronized void begin(Caller caller) {
        if (!idle.remove(caller)) {
            throw new CloseConnectionException("it was idle for the longest time, and there are too many");
        }
        busy.add(caller);
    }

    /** Its request has been answered. */
    synchronized void finish(Caller caller) {
        if (busy.remove(caller)) {
            idle.add(caller);
        }
    }

    /** The connection has ended. */
    synchronized void leave(Caller caller) {
        idle.remove(caller);
        busy.remove(caller);
    }
}
