package dev.edgeai.operator.rollout;

import java.util.ArrayList;
import java.util.List;

/**
 * What went wrong in one look at a model and passes by itself.
 *
 * @param stopping ended the look at a target: the next one is a retry, later each time
 * @param beside kept no target from its next step: the next look is when that asks for it
 */
public record Failures(List<RuntimeException> stopping, List<RuntimeException> beside) {
    /** None so far. */
    public Failures() {
        this(new ArrayList<>(), new ArrayList<>());
    }
}
