package dev.edgeai.runtime.server;

/**
 * Limits of a server.
 *
 * @param port TCP port; 0 takes a free one
 * @param concurrency inferences that run at once
 * @param queue requests that may wait for their turn
 * @param maxRequestBytes largest request body, bytes
 * @param maxBufferedBytes request bodies held at once, bytes; at least {@code maxRequestBytes}
 */
public record ServerOptions(int port, int concurrency, int queue, int maxRequestBytes, long maxBufferedBytes) {
    /** Requests that may wait unless told otherwise. */
    public static final int DEFAULT_QUEUE = 256;

    private static final int LARGEST_DEFAULT_REQUEST = 32 << 20;

    public ServerOptions {
        if (concurrency < 1 || queue < 0 || maxRequestBytes < 1) {
            throw new IllegalArgumentException(
                    "concurrency and largest request must be at least 1, the queue at least 0");
        }
        maxBufferedBytes = Math.max(maxBufferedBytes, maxRequestBytes);
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
                concurrency(Runtime.getRuntime().availableProcessors(), threads),
                DEFAULT_QUEUE,
                (int) Math.min(LARGEST_DEFAULT_REQUEST, quarterOfHeap),
                quarterOfHeap);
    }

    /** More at once than the processors carry would only make each one slower. */
    static int concurrency(int processors, int threads) {
        return Math.max(1, processors / Math.max(1, threads));
    }
}
