package dev.edgeai.runtime.bench;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.testing.OnnxModels;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * What serving costs over the engine itself. Each round times direct inference, HTTP with JSON and HTTP with binary
 * tensors one after the other, so that a noisy machine moves all three; ratios are taken within a round, and the median
 * over the rounds is printed. With the class path of another server, as of an older commit, that one is timed in the same
 * turns.
 */
final class ServingOverhead {
    private static final int WARM = 2_000;
    private static final int DEFAULT_ROUNDS = 15;

    private final LoadedModel model;
    private final Map<String, Tensor> inputs;
    private final List<Served> servers;
    private final int perRound;

    private ServingOverhead(LoadedModel model, Map<String, Tensor> inputs, List<Served> servers, int perRound) {
        this.model = model;
        this.inputs = inputs;
        this.servers = servers;
        this.perRound = perRound;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length == 0 ? DEFAULT_ROUNDS : Integer.parseInt(arguments[0]);
        Map<String, String> servers = new LinkedHashMap<>();
        servers.put("", System.getProperty("java.class.path"));
        if (arguments.length > 1) {
            servers.put(" other", arguments[1]);
        }
        System.out.printf(
                Locale.ROOT,
                "%-26s %-13s %10s %10s %12s %12s%n",
                "model",
                "path",
                "p50 us",
                "p99 us",
                "p50 ratio",
                "p99 ratio");
        measure(servers, "mlp 784-512-10", 1_000, rounds, 784, 512, 10);
        measure(servers, "mlp 784-2048-2048-10", 300, rounds, 784, 2048, 2048, 10);
        measure(servers, "image-sized 150528-32-10", 100, rounds, 150_528, 32, 10);
    }

    /** @param classPaths of the servers, by what is added to the names of their ways */
    private static void measure(Map<String, String> classPaths, String name, int perRound, int rounds, int... widths)
            throws Exception {
        Path folder = Files.createTempDirectory("serving-overhead");
        OnnxModels.write(folder, OnnxModels.perceptron(1, widths));
        float[] values = new float[widths[0]];
        Random random = new Random(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        Tensor x = Tensor.ofFloats(values, 1, values.length);
        List<Served> servers = new ArrayList<>();
        try (LoadedModel model = Engines.load(folder, Engines.forSource(folder), 1)) {
            for (Map.Entry<String, String> classPath : classPaths.entrySet()) {
                servers.add(Served.start(classPath.getKey(), serve(folder, classPath.getValue()), x, json(values)));
            }
            new ServingOverhead(model, Map.of("x", x), servers, perRound).run(name, rounds);
            for (Served server : servers) {
                System.out.printf(Locale.ROOT, "%-26s server%s RSS %s%n", name, server.name, rss(server.process));
            }
        } finally {
            for (Served server : servers) {
                server.close();
            }
            Files.deleteIfExists(folder.resolve("model.onnx"));
            Files.deleteIfExists(folder);
        }
    }

    /** A server and a connection for each kind of request. */
    private record Served(String name, Process process, RawClient json, RawClient binary) {
        static Served start(String name, Process process, Tensor x, byte[] asJson) throws IOException {
            int port = port(process.inputReader(StandardCharsets.UTF_8));
            return new Served(
                    name,
                    process,
                    new RawClient(port, RawClient.request(asJson, asJson.length)),
                    new RawClient(port, ServingOverhead.binary(x)));
        }

        void close() throws IOException, InterruptedException {
            json.close();
            binary.close();
            process.destroy();
            process.waitFor();
        }
    }

    private void run(String name, int rounds) throws IOException {
        List<Way> ways = new ArrayList<>(List.of(new Way("direct", () -> model.infer(inputs))));
        for (Served server : servers) {
            ways.add(new Way("json" + server.name, server.json::send));
            ways.add(new Way("binary" + server.name, server.binary::send));
        }
        for (Way way : ways) {
            way.time(Math.min(WARM, 4 * perRound));
        }
        double[][] p50 = new double[ways.size()][rounds];
        double[][] p99 = new double[ways.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < ways.size(); i++) {
                double[] micros = ways.get(i).time(perRound);
                p50[i][round] = quantile(micros, 0.5);
                p99[i][round] = quantile(micros, 0.99);
            }
        }
        for (int i = 0; i < ways.size(); i++) {
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %-13s %10.1f %10.1f %12.2f %12.2f%n",
                    name,
                    ways.get(i).name,
                    quantile(p50[i].clone(), 0.5),
                    quantile(p99[i].clone(), 0.5),
                    medianRatio(p50[i], p50[0]),
                    medianRatio(p99[i], p99[0]));
        }
    }

    private static double medianRatio(double[] values, double[] base) {
        double[] ratios = new double[values.length];
        Arrays.setAll(ratios, i -> values[i] / base[i]);
        return quantile(ratios, 0.5);
    }

    private static double quantile(double[] values, double q) {
        Arrays.sort(values);
        return values[(int) Math.ceil(q * values.length) - 1];
    }

    private static Process serve(Path folder, String classPath) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-Xss512k",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                "dev.edgeai.runtime.cli.EdgeAi",
                "serve",
                "--unverified",
                "-o",
                "json",
                "--port",
                "0",
                "--name",
                "m",
                "--revision",
                "bench",
                "--task",
                "ImageClassification",
                "--models",
                folder.toString());
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static int port(BufferedReader out) throws IOException {
        String ready = String.valueOf(out.readLine());
        System.out.println(ready);
        return Integer.parseInt(ready.replaceAll(".*\"port\":(\\d+).*", "$1"));
    }

    private static String rss(Process server) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("unknown");
    }

    private static byte[] json(float[] values) {
        return ("{\"inputs\":[{\"name\":\"x\",\"shape\":[1," + values.length + "],\"datatype\":\"FP32\",\"data\":"
                        + Arrays.toString(values) + "}]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] binary(Tensor x) throws IOException {
        byte[] data = new byte[x.data().limit()];
        x.data().get(0, data);
        byte[] json = ("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":[1,"
                        + x.shape()[1] + "],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":" + data.length
                        + "}}]}")
                .getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(json);
        body.write(data);
        return RawClient.request(body.toByteArray(), json.length);
    }

    /** One way to an answer. */
    private record Way(String name, Call call) {
        /** Microseconds of each call. */
        double[] time(int calls) throws IOException {
            double[] micros = new double[calls];
            for (int i = 0; i < calls; i++) {
                long start = System.nanoTime();
                call.run();
                micros[i] = (System.nanoTime() - start) / 1e3;
            }
            return micros;
        }
    }

    private interface Call {
        void run() throws IOException;
    }
}
