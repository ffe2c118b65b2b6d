package dev.edgeai.e2e;

import java.io.IOException;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Commands of this machine, as a person would type them. */
final class Shell {
    private Shell() {}

    /** Runs it; the output, or an error with the output. */
    static String run(String... command) {
        Outcome outcome = attempt(command);
        if (outcome.code != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " exited " + outcome.code + ":\n" + outcome.output);
        }
        return outcome.output;
    }

    static Outcome attempt(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException e) {
            throw new IllegalStateException("cannot run " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The embedded cluster's command. */
    static String cluster(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = Environment.root().resolve("e2e/cluster/cluster").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(command);
    }

    /**
     * How a command ended.
     *
     * @param code exit code
     * @param output standard output and error
     */
    record Outcome(int code, String output) {}
}
