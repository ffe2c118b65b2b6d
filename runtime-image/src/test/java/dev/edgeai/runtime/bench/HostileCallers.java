package dev.edgeai.runtime.bench;

import dev.edgeai.runtime.server.RawCaller;
import dev.edgeai.runtime.server.process.ServeProcess;
import dev.edgeai.runtime.testing.OnnxModels;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/**
 * What an ordinary client sees while others send what is written to harm: bodies that grow in memory, that are packed,
 * that never end, and 300 connections that send a byte a second. Each minute it prints the ordinary client's requests,
 * its failures and times, the process's memory, and what the others were answered. Ends with 1 where the ordinary client
 * failed or the process died.
 */
final class HostileCallers {
    private static final String INFER = "/v2/models/m/infer";
    private static final int LARGE = 32 << 20;
    private static final int SLOW = 300;
    private static final long PAUSE_MILLIS = 20;

    private final ServeProcess server;
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private volatile boolean stop;

    private HostileCallers(ServeProcess server) {
        this.server = server;
    }

    public static void main(String[] arguments) throws Exception {
        int minutes = arguments.length == 0 ? 10 : Integer.parseInt(arguments[0]);
        Path folder = Files.createTempDirectory("hostile-callers");
        OnnxModels.write(folder, OnnxModels.linear(new float[][] {{1, 2}, {10, 20}}));
        int failed;
        try (ServeProcess server = ServeProcess.start(folder, List.of("-XX:+UseSerialGC", "-Xmx160m"))) {
            failed = new HostileCallers(server).run(minutes);
            failed += server.isAlive() ? 0 : 1;
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    private int run(int minutes) throws Exception {
        byte[] objects = text("{\"inputs\":[" + "{},".repeat(LARGE / 3 - 16) + "{}]}");
        byte[] brackets = text("{\"other\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        byte[] bomb = gzip(1 << 30);
        List<Thread> others = new ArrayList<>();
        others.add(again("objects", () -> whole(objects, "Accept: */*")));
        others.add(again("brackets", () -> whole(brackets, "Accept: */*")));
        others.add(again("gzip bomb", () -> whole(bomb, "Content-Encoding: gzip")));
        others.add(again("endless chunk", this::endlessChunk));
        others.add(again("leaves", this::leave));
        for (int i = 0; i < SLOW; i++) {
            others.add(again("a byte a second", this::drip));
        }
        int failed = 0;
        for (int minute = 1; minute <= minutes; minute++) {
            failed += ordinary(minute);
        }
        stop = true;
        others.forEach(Thread::interrupt);
        return failed;
    }

    /** A minute of an ordinary client's requests; gives how many failed. */
    private int ordinary(int minute) throws Exception {
        byte[] body = text("{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,1]}]}");
        List<Double> millis = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        long end = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() < end && server.isAlive()) {
            long start = System.nanoTime();
            try (RawClient client = new RawClient(server.port(), RawClient.request(body, body.length))) {
                client.send();
            } catch (IOException e) {
                failures.add(e.toString());
            }
            millis.add((System.nanoTime() - start) / 1e6);
            Thread.sleep(PAUSE_MILLIS);
        }
        double[] sorted =
                millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "minute %d: %d requests, %d failed %s, p50 %.1f ms, p99 %.1f ms, %s; others: %s%n",
                minute,
                sorted.length,
                failures.size(),
                failures.stream().distinct().limit(3).toList(),
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                memory(),
                new TreeMap<>(answers));
        return failures.size() + (server.isAlive() ? 0 : 1);
    }

    private String memory() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("no process")
                .replaceAll("\\s+", " ");
    }

    private Thread again(String name, Hostile hostile) {
        return Thread.ofVirtual().start(() -> {
            while (!stop) {
                String answer;
                try {
                    answer = hostile.answer();
                    Thread.sleep(PAUSE_MILLIS);
                } catch (IOException _) {
                    answer = "closed";
                } catch (InterruptedException _) {
                    return;
                }
                answers.merge(name + ": " + answer, 1, Integer::sum);
            }
        });
    }

    private String whole(byte[] body, String header) throws IOException {
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(INFER, "Content-Length: " + body.length, header).send(body);
            return status(caller);
        }
    }

    private String endlessChunk() throws IOException {
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(INFER, "Transfer-Encoding: chunked").send("7fffffff\r\n");
            caller.send(new byte[4 << 20]);
            return status(caller);
        }
    }

    private String leave() throws IOException {
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(INFER, "Content-Length: 1000").send(new byte[500]);
            return "left";
        }
    }

    private String drip() throws IOException, InterruptedException {
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(INFER, "Content-Length: 1000");
            while (!caller.isAnswered()) {
                caller.send(" ");
                Thread.sleep(1_000);
            }
            return status(caller);
        }
    }

    private static String status(RawCaller caller) throws IOException {
        return caller.answerUpTo("\r\n").substring("HTTP/1.1 ".length()).strip();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(int zeros) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] block = new byte[1 << 20];
        Arrays.fill(block, (byte) ' ');
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            for (int i = 0; i < zeros; i += block.length) {
                out.write(block);
            }
        }
        return packed.toByteArray();
    }

    /** One request that is meant to harm; gives how it was answered. */
    private interface Hostile {
        String answer() throws IOException, InterruptedException;
    }
}
