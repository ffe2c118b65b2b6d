package dev.edgeai.runtime.server.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.runtime.certify.CertifiedFolder;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code edgeai serve} as a process of its own. */
public final class ServeProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private ServeProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    public static ServeProcess start(Path models, List<String> jvmOptions, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--unverified", "--models", models.toString()));
        arguments.addAll(List.of(more));
        return start(jvmOptions, arguments, Map.of());
    }

    public static ServeProcess startCertified(CertifiedFolder folder, String accelerator) throws IOException {
        return start(
                List.of(),
                List.of("--models", folder.path().toString(), "--accelerator", accelerator),
                Map.of("EDGEAI_TRUSTED_KEY", folder.publicKey()));
    }

    private static ServeProcess start(List<String> jvmOptions, List<String> arguments, Map<String, String> variables)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.edgeai.runtime.cli.EdgeAi"));
        command.addAll(List.of("serve", "-o", "json", "--name", "m", "--revision", "r7"));
        command.addAll(arguments);
        if (!arguments.contains("--port")) {
            command.addAll(List.of("--port", "0"));
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("EDGEAI_TRUSTED_KEY");
        builder.environment().putAll(variables);
        // as in pods; besides, the telemetry of ONNX Runtime 1.29 overflows its stack on a class path of 10 KB
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        Process process = builder.start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null) {
            throw new IOException("serve ended with " + process.onExit().join().exitValue() + " before it was ready");
        }
        JsonNode ready = new ObjectMapper().readTree(line);
        return new ServeProcess(process, ready.get("port").asInt());
    }

    public long pid() {
        return process.pid();
    }

    public int port() {
        return port;
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitCode(long withinSeconds) throws InterruptedException {
        if (!process.waitFor(withinSeconds, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + withinSeconds + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
