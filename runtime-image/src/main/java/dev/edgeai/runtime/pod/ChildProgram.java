package dev.edgeai.runtime.pod;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This very program once more, in a process of its own: the same Java, the same class path, another verb. */
public final class ChildProgram {
    /** The main class. Its name and not itself: what it starts must not depend on all verbs. */
    public static final String MAIN = "dev.edgeai.runtime.cli.EdgeAi";

    private ChildProgram() {}

    /**
     * The command line.
     *
     * @param flags of the Java virtual machine
     * @param verb with its arguments
     */
    public static List<String> command(List<String> flags, List<String> verb) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        command.addAll(verb);
        return command;
    }
}
