package dev.edgeai.planner.scrape;

/**
 * What a pod counted of one kind of requests.
 *
 * @param ok requests answered
 * @param errors requests that the model or its server failed
 * @param refused requests turned away because there was no place
 * @param latency of those answered, seconds
 */
public record Counts(double ok, double errors, double refused, Histogram latency) {
    public static final Counts NONE = new Counts(0, 0, 0, Histogram.EMPTY);

    /** Requests whose end tells something of the version; the client's own faults and those who went away are not here. */
    public double requests() {
        return ok + errors + refused;
    }

    /** What came after {@code earlier}; a count that fell began anew. */
    public Counts since(Counts earlier) {
        return new Counts(
                increase(earlier.ok, ok),
                increase(earlier.errors, errors),
                increase(earlier.refused, refused),
                latency.since(earlier.latency));
    }

    /** As many requests as {@link #since} has. */
    double requestsSince(Counts earlier) {
        return increase(earlier.ok, ok) + increase(earlier.errors, errors) + increase(earlier.refused, refused);
    }

    public Counts plus(Counts other) {
        return new Counts(ok + other.ok, errors + other.errors, refused + other.refused, latency.plus(other.latency));
    }

    private static double increase(double earlier, double later) {
        return later < earlier ? later : later - earlier;
    }
}
