package dev.edgeai.runtime.pod;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This very program once more, in a process of its own: the same Java, the same class path, another verb. */
public final class ChildProgram {
    /** The main class. Its name and not itself: what it starts must not depend on all verbs. */
    public static final String MAIN = "dev.edgeai.runtime.cli.EdgeAi";

    /** The image's ahead-of-time cache makes a process start in half the time. */
    private static final List<String> FLAGS_PASSED_ON = List.of("-XX:AOTCache=", "-Xlog:aot");

    /** Where this process finds its native libraries, the other one does too. */
    private static final List<String> PROPERTIES_PASSED_ON =
            List.of("java.io.tmpdir", "edgeai.openvino.lib.dir", "edgeai.llama.lib.dir", "onnxruntime.native.path");

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

    /**
     * The command line of one with another heap than this one's, which finds and may call native libraries as this one
     * does.
     *
     * @param flags of the Java virtual machine, besides those that this takes
     * @param verb with its arguments
     */
    public static List<String> withEngines(List<String> flags, List<String> verb) {
        List<String> all = new ArrayList<>(flags);
        all.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> FLAGS_PASSED_ON.stream().anyMatch(flag::startsWith))
                .forEach(all::add);
        for (String property : PROPERTIES_PASSED_ON) {
            Optional.ofNullable(System.getProperty(property))
                    .ifPresent(value -> all.add("-D" + property + "=" + value));
        }
        return command(all, verb);
    }
}
