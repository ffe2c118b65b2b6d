package dev.edgeai.runtime.pod;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that outlives neither its caller nor this program: it ends, with all it started, when it is closed and when
 * this program is told to end (SIGTERM, SIGINT).
 */
public final class ChildProcess implements AutoCloseable {
    private static final Duration KILLED_WITHIN = Duration.ofSeconds(5);

    private final Process process;
    private final Thread atExit;

    private ChildProcess(Process process) {
        this.process = process;
        atExit = new Thread(this::end, "end of " + process.pid());
    }

    /**
     * Starts one.
     *
     * @throws IOException it cannot be started, or this program is ending
     */
    public static ChildProcess start(ProcessBuilder builder) throws IOException {
        ChildProcess child = new ChildProcess(builder.start());
        try {
            Runtime.getRuntime().addShutdownHook(child.atExit);
        } catch (IllegalStateException e) {
            child.end();
            throw new IOException("this program is ending", e);
        }
        return child;
    }

    public Process process() {
        return process;
    }

    /** Returns when nothing of it runs any more; not at all where this program is ending, so that nothing else begins. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException _) {
            waitForTheEnd();
        }
        end();
    }

    /** What is killed holds its memory for a moment more, and the next one needs it. */
    private void end() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit()
                .completeOnTimeout(each, KILLED_WITHIN.toSeconds(), TimeUnit.SECONDS)
                .join());
    }

    private static void waitForTheEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
