package dev.edgeai.runtime.measure;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.IntConsumer;

/** Progress lines for a person who watches; a counter gives one in each pause, and one at its end. */
public final class Progress {
    private final PrintWriter out;
    private final long pauseNanos;
    private long last;

    /** For a pod's log. */
    public Progress(PrintWriter out) {
        this(out, Duration.ofMillis(500));
    }

    public Progress(PrintWriter out, Duration pause) {
        this.out = out;
        pauseNanos = pause.toNanos();
        last = System.nanoTime() - pauseNanos;
    }

    public void line(String text) {
        out.println(text);
        out.flush();
    }

    /**
     * Counts one step up: {@code evaluate 400/1000}.
     *
     * @param total when it is done; timing may go on beyond
     */
    IntConsumer counter(String step, int total) {
        return done -> {
            if (done == total || System.nanoTime() - last >= pauseNanos) {
                last = System.nanoTime();
                line(step + " " + done + "/" + Math.max(done, total));
            }
        };
    }
}
