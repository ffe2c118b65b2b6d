package dev.edgeai.runtime.server;

import dev.edgeai.runtime.pod.Concurrency;

import java.time.Duration;

/**
 * Limits of a server.
 *
 * @param port TCP port; 0 takes a free one
 * @param concurrency inferences that run at once
 * @param queue requests that may wait for their turn
 * @param maxRequestBytes largest request body, bytes
 * @param maxBufferedBytes memory of all requests at once, bodies and tensors, bytes; at least {@code maxRequestBytes}
 * @param maxConnections connections that are open at once
 * @param deadlines how long what may take
 */
public record ServerOptions(
        int port,
        int concurrency,
        int queue,
        int maxRequestBytes,
        long maxBufferedBytes,
        int maxConnections,
        Deadlines deadlines) {
    /** Requests that may wait unless told otherwise. */
    public static final int DEFAULT_QUEUE = 256;

    private static final int LARGEST_DEFAULT_REQUEST = 32 << 20;
    private static final int MOST_DEFAULT_CONNECTIONS = 4_096;

    /** Heap for each connection, of which an idle one takes a part. */
    private static final int HEAP_OF_CONNECTION = 64 << 10;

    /**
     * How long what may take.
     *
     * @param body from a request's head to the end of its body, for a body that comes slower than 32 KiB/s
     * @param request from a request's first byte to its turn, and for a generation to its last token
     * @param hung an inference without progress, after which the process says that it is not alive
     */
    public record Deadlines(Duration body, Duration request, Duration hung) {
        public static final Deadlines DEFAULT =
                new Deadlines(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMinutes(5));

        public Deadlines {
            if (body.isNegative() || request.isNegative() || hung.isNegative()) {
                throw new IllegalArgumentException("deadlines must be at least 0 s");
            }
        }
    }

    public ServerOptions {
        if (concurrency < 1 || queue < 0 || maxRequestBytes < 1 || maxConnections < 1) {
            throw new IllegalArgumentException(
                    "concurrency, largest request and connections must be at least 1, the queue at least 0");
        }
        maxBufferedBytes = Math.max(maxBufferedBytes, maxRequestBytes);
    }

    /** With the usual deadlines and number of connections. */
    public ServerOptions(int port, int concurrency, int queue, int maxRequestBytes, long maxBufferedBytes) {
        this(
                port,
                concurrency,
                queue,
                maxRequestBytes,
                maxBufferedBytes,
                connections(Runtime.getRuntime().maxMemory()),
                Deadlines.DEFAULT);
    }

    /**
     * Limits that suit this machine: as many inferences at once as the processors carry, and request bodies within a
     * quarter of the heap.
     *
     * @param port TCP port; 0 takes a free one
     * @param threads threads of one inference
     */
    public static ServerOptions forThreads(int port, int threads) {
        long quarterOfHeap = Runtime.getRuntime().maxMemory() / 4;
        return new ServerOptions(
                port,
                Concurrency.ofThreads(threads),
                DEFAULT_QUEUE,
                (int) Math.min(LARGEST_DEFAULT_REQUEST, quarterOfHeap),
                quarterOfHeap);
    }

    private static int connections(long heap) {
        return (int) Math.max(1, Math.min(MOST_DEFAULT_CONNECTIONS, heap / HEAP_OF_CONNECTION));
    }
}
