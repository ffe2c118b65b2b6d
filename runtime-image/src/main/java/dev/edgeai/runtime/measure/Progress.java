package dev.edgeai.runtime.measure;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.IntConsumer;

/** Progress lines for a person who watches; a counter gives one in each pause, and one at its end. */
public final class Progress {
    private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private final PrintWriter out;
    private long last;

    public Progress(PrintWriter out) {
        this.out = out;
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
    public IntConsumer counter(String step, int total) {
        last = System.nanoTime() - PAUSE_NANOS; // a new step is told at once
        return done -> {
            if (done == total || System.nanoTime() - last >= PAUSE_NANOS) {
                last = System.nanoTime();
                line(step + " " + done + "/" + Math.max(done, total));
            }
        };
    }
}
