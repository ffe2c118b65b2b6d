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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * What serving costs over the engine itself. Each round times direct inference, HTTP with JSON and HTTP with binary
 * tensors one after the other, so that a noisy machine moves all three; ratios are taken within a round, and the median
 * over the rounds is printed.
 */
final class ServingOverhead {
    private static final int WARM = 2_000;
    private static final int DEFAULT_ROUNDS = 15;

    private final LoadedModel model;
    private final Map<String, Tensor> inputs;
    private final RawClient json;
    private final RawClient binary;
    private final int perRound;

    private ServingOverhead(
            LoadedModel model, Map<String, Tensor> inputs, RawClient json, RawClient binary, int perRound) {
        this.model = model;
        this.inputs = inputs;
        this.json = json;
        this.binary = binary;
        this.perRound = perRound;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length == 0 ? DEFAULT_ROUNDS : Integer.parseInt(arguments[0]);
        System.out.printf(
                Locale.ROOT,
                "%-26s %-7s %10s %10s %12s %12s%n",
                "model",
                "path",
                "p50 us",
                "p99 us",
                "p50 ratio",
                "p99 ratio");
        measure("mlp 784-512-10", 1_000, rounds, 784, 512, 10);
        measure("mlp 784-2048-2048-10", 300, rounds, 784, 2048, 2048, 10);
        measure("image-sized 150528-32-10", 100, rounds, 150_528, 32, 10);
    }

    private static void measure(String name, int perRound, int rounds, int... widths) throws Exception {
        Path folder = Files.createTempDirectory("serving-overhead");
        OnnxModels.write(folder, OnnxModels.perceptron(1, widths));
        Process server = serve(folder);
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
                LoadedModel model = Engines.load(folder, Engines.forSource(folder), 1)) {
            int port = port(out);
            float[] values = new float[widths[0]];
            Random random = new Random(7);
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat();
            }
            byte[] asJson = json(values);
            Tensor x = Tensor.ofFloats(values, 1, values.length);
            try (RawClient json = new RawClient(port, RawClient.request(asJson, asJson.length));
                    RawClient binary = new RawClient(port, binary(x))) {
                new ServingOverhead(model, Map.of("x", x), json, binary, perRound).run(name, rounds);
            }
            System.out.printf(Locale.ROOT, "%-26s server RSS %s%n", name, rss(server));
        } finally {
            server.destroy();
            server.waitFor();
            Files.deleteIfExists(folder.resolve("model.onnx"));
            Files.deleteIfExists(folder);
        }
    }

    private void run(String name, int rounds) throws IOException {
        List<Way> ways = List.of(
                new Way("direct", () -> model.infer(inputs)),
                new Way("json", json::send),
                new Way("binary", binary::send));
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
                    "%-26s %-7s %10.1f %10.1f %12.2f %12.2f%n",
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

    private static Process serve(Path folder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-Xss512k",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
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
