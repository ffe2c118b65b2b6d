package dev.edgeai.planner.scrape;

import java.time.Instant;
import java.util.Set;

/**
 * One look of the operator at the metrics of all pods that it watches, at one time.
 *
 * @param time when it began
 * @param mute revisions of which no pod answered in time; one that refused the connection or answered nonsense is not mute
 * @param answering revisions of which each pod answered
 */
public record ScrapeRound(Instant time, Set<String> mute, Set<String> answering) {
    public ScrapeRound {
        mute = Set.copyOf(mute);
        answering = Set.copyOf(answering);
    }
}
