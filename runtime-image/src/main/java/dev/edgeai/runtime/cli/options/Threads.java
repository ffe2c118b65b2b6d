package dev.edgeai.runtime.cli.options;

import picocli.CommandLine.Option;

/** How many threads an engine infers with. */
public final class Threads {
    @Option(
            names = "--threads",
            converter = NumberArgument.Positive.class,
            defaultValue = "1",
            description = "Threads per inference (default: ${DEFAULT-VALUE}).")
    private int count;

    public int count() {
        return count;
    }
}
