package dev.edgeai.planner.traffic;

/** Where the users' traffic goes. */
public sealed interface TrafficMode {
    /** All of it to one revision. */
    record Only(String revision) implements TrafficMode {}

    /**
     * Shared between two revisions.
     *
     * @param weight percent on the candidate: wanted in an action, as it really is in an observation
     */
    record Split(String stable, String candidate, int weight) implements TrafficMode {}

    /** Percent of the traffic on this revision. */
    default int weightOf(String revision) {
        return switch (this) {
            case Only(String only) -> only.equals(revision) ? 100 : 0;
            case Split(String stable, String candidate, int weight) ->
                candidate.equals(revision) ? weight : stable.equals(revision) ? 100 - weight : 0;
        };
    }
}
