package dev.edgeai.runtime.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Whoever sends requests over one connection. All that it sends is read here, so that a body has a deadline and takes
 * only memory that was reserved, and that somebody who hangs up is noticed while the answer is made. Used by the
 * connection's own thread.
 */
public final class Caller {
    /** What a body must bring after its deadline to go on being read, bytes per second. */
    private static final int SLOWEST = 32 << 10;

    /** Memory of one read beside its bytes. */
    private static final int OVERHEAD = 128;

    private static final int READ_AHEAD = 2; // reads that may wait for this thread, 8 KiB each
    private static final ThreadLocal<Caller> CURRENT = new ThreadLocal<>();

    private final DataReader socket;
    private final OpenConnections connections;
    private final Thread owner = Thread.currentThread();
    private final DataReader reader = DataReader.create(this::read);
    private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(READ_AHEAD);
    private boolean readsAhead;
    private boolean ended;
    private boolean receives;
    private long deadline; // of OwnTime
    private long unread;
    private @Nullable LongConsumer memory;
    private volatile boolean left; // written under this

    private @Nullable Thread waiting; // under this

    private Caller(DataReader socket, OpenConnections connections) {
        this.socket = socket;
        this.connections = connections;
    }

    /** What came from the socket: bytes; at the end of the connection none. */
    private record Arrival(byte @Nullable [] bytes) {}

    /** The caller of a connection, whose thread this is. */
    static Caller over(DataReader socket, OpenConnections connections) {
        Caller caller = new Caller(socket, connections);
        CURRENT.set(caller);
        return caller;
    }

    /** The caller whose request this thread answers. */
    public static Caller current() {
        return Objects.requireNonNull(CURRENT.get(), "no request is answered by this thread");
    }

    /** What the caller sends. */
    DataReader reader() {
        return reader;
    }

    /**
     * A request has begun: from now on reads end after that time, or later where the body comes fast enough.
     *
     * @param within from now
     * @param mostUnread bytes that are read though nobody asked for them
     * @throws CloseConnectionException the connection was idle, and another has just taken its place
     */
    void receive(Duration within, long mostUnread) {
        connections.begin(this);
        receives = true;
        unread = mostUnread;
        deadline = OwnTime.nanos() + within.toNanos();
    }

    /** Somebody reads the body: each read's memory is told to this, which may end the reading by what it throws. */
    void reads(LongConsumer bytes) {
        memory = bytes;
    }

    /** The most memory of what was read and not used yet. */
    long unusedMemory() {
        return reader.available() * (1L + OVERHEAD);
    }

    /** Nobody reads the body any more. */
    void readsNoMore() {
        memory = null;
    }

    /**
     * The request has its answer; what still comes of its body keeps nobody out.
     *
     * @param success and not refused
     */
    void answered(boolean success) {
        connections.finish(this, success);
    }

    /** The request is over. */
    void received() {
        receives = false;
        answered(false);
    }

    /** Ends the connection, which has no request. */
    void disconnect() {
        owner.interrupt();
    }

    /** From now on {@link #hasLeft} tells whether the caller is still there. */
    public void watch() {
        if (!readsAhead) {
            readsAhead = true;
            Thread.ofVirtual().name("reads ahead").start(this::readAhead);
        }
    }

    /** Something that waits. */
    @FunctionalInterface
    interface Wait {
        /** Whether what was waited for is there. */
        boolean run() throws InterruptedException;
    }

    /**
     * Waits for the caller's sake.
     *
     * @throws InterruptedException the caller left meanwhile, as {@link #hasLeft} then tells, or the server is ending
     */
    boolean await(Wait wait) throws InterruptedException {
        watch();
        synchronized (this) {
            if (left) {
                throw new InterruptedException("the caller has left");
            }
            waiting = Thread.currentThread();
        }
        try {
            return wait.run();
        } finally {
            synchronized (this) {
                waiting = null;
                if (left) {
                    Thread.interrupted(); // it came after the wait was over
                }
            }
        }
    }

    /** Whether the caller closed the connection, seen since {@link #watch}. */
    public boolean hasLeft() {
        return left;
    }

    /** To be thrown where nobody waits for the answer. */
    public ServerConnectionException left() {
        return new ServerConnectionException("the caller has left", new IllegalStateException("connection closed"));
    }

    /** The next bytes; null at the connection's end. */
    private byte @Nullable [] read() {
        if (ended) {
            return null;
        }
        if (receives) {
            watch();
        }
        byte[] bytes = readsAhead ? next() : pull();
        if (bytes == null) {
            ended = true;
        } else if (receives) {
            deadline += bytes.length * TimeUnit.SECONDS.toNanos(1) / SLOWEST;
            count(bytes.length + OVERHEAD);
        }
        return bytes;
    }

    private void count(long bytes) {
        try {
            if (memory != null) {
                memory.accept(bytes);
                return;
            }
            unread -= bytes;
            if (unread < 0) {
                throw RefusedException.tooLarge("the rest of the body is not read");
            }
        } catch (RuntimeException e) {
            ended = true; // these bytes are lost
            throw e;
        }
    }

    private byte @Nullable [] next() {
        try {
            Arrival arrival = receives ? inTime() : arrivals.take();
            if (arrival == null) {
                ended = true; // what comes now would be taken for the next request
                throw new RefusedException(
                        Status.REQUEST_TIMEOUT_408.code(), "the body did not come in time; send it at once");
            }
            return arrival.bytes();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("the server is ending", e);
        }
    }

    private @Nullable Arrival inTime() throws InterruptedException {
        Arrival arrival;
        long left;
        do {
            left = deadline - OwnTime.nanos();
            arrival = arrivals.poll(left, TimeUnit.NANOSECONDS);
        } while (arrival == null && left > 0);
        return arrival;
    }

    private void readAhead() {
        byte[] bytes;
        do {
            bytes = pull();
            if (bytes == null) {
                leave();
            }
        } while (handOver(new Arrival(bytes)) && bytes != null);
    }

    private synchronized void leave() {
        left = true;
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    /** Waits until there is room; false where nobody will read any more. */
    private boolean handOver(Arrival arrival) {
        try {
            while (!arrivals.offer(arrival, 1, TimeUnit.SECONDS)) {
                if (!owner.isAlive()) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException _) {
            return false;
        }
    }

    /** Waits for bytes from the socket; null when it is closed from either side. */
    private byte @Nullable [] pull() {
        try {
            socket.ensureAvailable();
            return socket.readBytes(socket.available());
        } catch (RuntimeException | OutOfMemoryError _) { // of several kinds, by how it was closed and by whom
            return null;
        }
    }
}
