package dev.edgeai.runtime.cli.options;

import picocli.CommandLine.Option;

import java.nio.file.Path;

/** The folder that a verb fills. */
public final class Into {
    @Option(
            names = "--into",
            converter = FileArgument.Folder.class,
            required = true,
            paramLabel = "FOLDER",
            description = "Where the files go.")
    private Path folder;

    public Path folder() {
        return folder;
    }
}
