package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Task;

import java.util.Optional;
import java.util.Set;

/** How the baseline of a source comes about. */
public final class Baselines {
    /**
     * The framework whose optimizer converts the source into its baseline; absent where an engine runs the source as it is. A
     * language model's checkpoint has no engine of its own.
     *
     * @param available frameworks with an optimizer image
     */
    public static Optional<Framework> convertedBy(Task task, Set<Framework> available) {
        return Optional.of(Framework.LLAMA_CPP)
                .filter(framework -> task == Task.TEXT_GENERATION && available.contains(framework));
    }

    private Baselines() {}
}
