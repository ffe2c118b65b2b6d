package dev.edgeai.runtime.server.process;

import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.IrPorts;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.ModelFiles;
import dev.edgeai.runtime.engine.OnnxPorts;
import dev.edgeai.runtime.engine.OnnxTypes;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.pod.ChildProgram;
import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The inference at the start, tried in a process of its own before the model is loaded in this one: what it makes up for
 * whole numbers may be a divisor, a step or a length to the model, on which engines were seen to die (SIGFPE) and to go
 * on for ever.
 *
 * @param folder the variant's files
 * @param descriptor how to run them
 * @param threads threads of the inference
 */
public record TrialInference(String folder, VariantDescriptor descriptor, int threads) {
    /** The hidden verb that makes it. */
    public static final String VERB = "trial-inference";

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String LOADED = VERB + " loaded";
    private static final String FAILED = VERB + " failed: ";

    /** A crash is expected, so it leaves no report and no core file. */
    private static final List<String> FLAGS = List.of(
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+SuppressFatalErrorMessage",
            "-XX:-CreateCoredumpOnCrash");

    /** Makes it in this process, which may die of it, and prints how far it comes. */
    public void run(PrintWriter out) {
        try (LoadedModel model = Engines.load(Path.of(folder), descriptor, threads)) {
            out.println(LOADED);
            out.flush();
            model.infer(StartupInference.guess(model));
        } catch (EngineException e) {
            out.println(
                    FAILED + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        out.flush();
    }

    /** Why it is not to be made in this process; empty when it is. A model that takes floats alone is not tried before. */
    Optional<String> refusal() throws InterruptedException {
        return refusal(LIMIT);
    }

    Optional<String> refusal(Duration limit) throws InterruptedException {
        if (!takesWholeNumbers()) {
            return Optional.empty();
        }
        try {
            Process process = new ProcessBuilder(ChildProgram.withEngines(FLAGS, List.of(VERB, Json.write(this))))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                return refusal(process, lines, limit);
            } finally {
                process.destroyForcibly().waitFor(); // so that its memory is free when the model is loaded here
            }
        } catch (IOException e) {
            return Optional.of("it could not be tried: " + e.getMessage());
        }
    }

    private boolean takesWholeNumbers() {
        Path file = ModelFiles.resolve(Path.of(folder), descriptor.model());
        try {
            return file.toString().endsWith(".onnx")
                    ? OnnxPorts.read(file).inputs().stream()
                            .anyMatch(input -> !OnnxTypes.name(input.getType()).contains("float"))
                    : IrPorts.read(file).inputs().stream()
                            .anyMatch(input -> !input.type().matches("FP.*|BF16"));
        } catch (IOException _) { // loading it will say so
            return false;
        }
    }

    private static Optional<String> refusal(Process process, BufferedReader lines, Duration limit)
            throws IOException, InterruptedException {
        String line = next(lines);
        if (LOADED.equals(line)) {
            if (!process.waitFor(limit)) {
                return Optional.of("the engine did not end within " + limit.toSeconds() + " s");
            }
            line = next(lines);
        }
        if (line != null) {
            return Optional.of(line.substring(FAILED.length()));
        }
        int code = process.waitFor();
        return code == 0 ? Optional.empty() : Optional.of("the engine died (exit code " + code + ")");
    }

    /** Its next own line; a virtual machine prints too. */
    private static @Nullable String next(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.startsWith(LOADED) && !line.startsWith(FAILED)) {
            line = lines.readLine();
        }
        return line;
    }
}
