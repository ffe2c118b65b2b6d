package dev.edgeai.runtime.benchmark;

import java.util.ArrayList;
import java.util.List;

/** Runs blocks of requests of one workload. */
final class BlockTimer implements AutoCloseable {
    private static final int HEAD = 2;

    /** Requests that are looked at for one that counts. */
    private static final int LOOKED_AT = 50;

    private final Workload workload;
    private final int round;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Block> steady = new ArrayList<>();
    private final CpuClock cpu = new CpuClock();

    /** The workload is closed with this. */
    BlockTimer(Workload workload, int round) {
        this.workload = workload;
        this.round = round;
    }

    /** What was timed so far. */
    Round.OfModel timed() {
        return new Round.OfModel(List.copyOf(blocks), List.copyOf(steady));
    }

    /**
     * Times a block. Its first tenth, two requests at least, is run before without timing, as it finds the other model's
     * weights in the caches.
     *
     * @param first number of the first request
     */
    void time(int first, int length) {
        List<Workload.Request> requests = requests(first, length);
        run(requests.subList(0, Math.min(length, Math.max(HEAD, length / 10))));
        blocks.add(run(requests));
    }

    /**
     * A stretch of this model alone, as it is served: how steady it is, no other model's doing. All requests have the
     * size of the first.
     */
    void timeAlone(int length) {
        List<Workload.Request> alike = alike(length + length / 2);
        run(alike.subList(0, length / 2));
        steady.add(run(alike.subList(length / 2, alike.size())));
    }

    /** So many requests of the first one's size, some of them again where there are fewer. */
    private List<Workload.Request> alike(int count) {
        List<Workload.Request> alike = new ArrayList<>(List.of(workload.request(0)));
        for (int i = 1; i < count * LOOKED_AT && alike.size() < count; i++) {
            Workload.Request request = workload.request(i);
            if (request.size().equals(alike.getFirst().size())) {
                alike.add(request);
            }
        }
        for (int i = 0; alike.size() < count; i++) {
            alike.add(alike.get(i));
        }
        return alike;
    }

    /** A block that does not count. */
    Block untimed(int length) {
        return run(requests(0, length));
    }

    private List<Workload.Request> requests(int first, int length) {
        List<Workload.Request> requests = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            requests.add(workload.request(first + i));
        }
        return requests;
    }

    private Block run(List<Workload.Request> requests) {
        long[] latencies = new long[requests.size()];
        long[] cpuTimes = new long[requests.size()];
        long processStart = cpu.ofProcess();
        for (int i = 0; i < latencies.length; i++) {
            long cpuStart = cpu.ofThread();
            long start = System.nanoTime();
            requests.get(i).run();
            latencies[i] = System.nanoTime() - start;
            cpuTimes[i] = cpu.ofThread() - cpuStart;
        }
        return new Block(round, latencies, cpuTimes, cpu.ofProcess() - processStart);
    }

    @Override
    public void close() {
        workload.close();
    }
}
