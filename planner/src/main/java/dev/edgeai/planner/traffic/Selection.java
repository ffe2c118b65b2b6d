package dev.edgeai.planner.traffic;

/** Which pods the stable Service selects, whether or not one of them answers. */
public sealed interface Selection {
    /** There is no Service, or its selector is none of ours. */
    record Nothing() implements Selection {}

    /** The pods of one revision. */
    record One(String revision) implements Selection {}

    /** The pods of every revision of the target. */
    record All() implements Selection {}

    /** Whether this is what the mode asks for. */
    default boolean is(TrafficMode mode) {
        return switch (mode) {
            case TrafficMode.Only(String revision) -> equals(new One(revision));
            case TrafficMode.Split(String stable, String candidate, int weight) -> this instanceof All;
        };
    }
}
