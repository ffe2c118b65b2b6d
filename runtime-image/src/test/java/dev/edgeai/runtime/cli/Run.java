package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.Environment;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * One run of the program within the test's process, with a termination log of its own.
 *
 * @param code exit code
 * @param out standard output, without the last line's end
 * @param err standard error
 * @param message the termination message
 */
public record Run(int code, String out, String err, String message) {

    public static Run of(Map<String, String> variables, String... arguments) throws IOException {
        Path log = Files.createTempFile("termination", ".log");
        try {
            Map<String, String> all = new HashMap<>(variables);
            all.put(Environment.TERMINATION_LOG, log.toString());
            all.putIfAbsent("EDGEAI_RETRY_SECONDS", "1");
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int code = EdgeAi.commandLine(new Environment(all))
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute(arguments);
            return new Run(code, out.toString().strip(), err.toString(), Files.readString(log));
        } finally {
            Files.delete(log);
        }
    }

    /** The termination message of a run that failed. */
    public Failure failure() throws IOException {
        return Json.read(message, Failure.class);
    }
}
