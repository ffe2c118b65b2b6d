package dev.edgeai.planner.scrape;

import java.time.Duration;
import java.util.List;

/**
 * What a version answered to one kind of requests in a stretch of time, over all its pods.
 *
 * @param length of the stretch
 * @param counts of these requests
 * @param load requests of all kinds a second and pod
 * @param lost pods that ended or began anew in between: what they answered after their last reading is not known
 */
public record Window(Duration length, Counts counts, double load, List<String> lost) {
    public static final Window NONE = new Window(Duration.ZERO, Counts.NONE, 0, List.of());

    public Window {
        lost = List.copyOf(lost);
    }

    /** Of the same pods under the same load, other requests. */
    public Window with(Counts other) {
        return new Window(length, other, load, lost);
    }

    public double ok() {
        return counts.ok();
    }

    public double errors() {
        return counts.errors();
    }

    public double refused() {
        return counts.refused();
    }

    public Histogram latency() {
        return counts.latency();
    }

    public double requests() {
        return counts.requests();
    }

    /** About the share of the time a pod works, by the median latency; 1 where that is not known. */
    public double busy() {
        return latency().quantile(0.5).stream()
                .map(p50 -> load * p50)
                .findFirst()
                .orElse(load == 0 ? 0 : 1);
    }
}
