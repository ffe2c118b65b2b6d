package dev.edgeai.runtime.measure;

import java.io.PrintWriter;
import java.util.function.IntConsumer;

/** Progress lines for a person who watches the pod's log; at most two a second. */
public final class Progress {
    private static final long PAUSE_NANOS = 500_000_000;

    private final PrintWriter out;
    private long last = System.nanoTime() - PAUSE_NANOS;

    public Progress(PrintWriter out) {
        this.out = out;
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    /** Counts one step up: {@code baseline 400/1000}. */
    IntConsumer counter(String step, int total) {
        return done -> {
            if (done >= total || System.nanoTime() - last >= PAUSE_NANOS) {
                last = System.nanoTime();
                line(step + " " + done + "/" + Math.max(done, total));
            }
        };
    }
}
