package dev.edgeai.runtime.bench;

import dev.edgeai.runtime.server.RawCaller;
import dev.edgeai.runtime.server.process.ServeProcess;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.GgufModels;
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
 * that never end, 300 connections that send a byte a second, 3,000 that send nothing, and of a language model generations
 * that nobody waits for. Each minute it prints the ordinary client's requests, its failures and times, the process's
 * memory, and what the others were answered. Ends with 1 where the ordinary client failed, the process died, or its memory
 * grew on.
 */
final class HostileCallers {
    private static final int LARGE = 32 << 20;
    private static final int SLOW = 300;
    private static final int IDLE = 3_000;
    private static final long PAUSE_MILLIS = 20;
    private static final long IDLE_PAUSE_MILLIS = 10_000; // thousands that come back at once would take the cores
    private static final int READINGS = 10; // of memory, a minute

    /** What memory may grow by from the second third of the time to the last, beside a tenth: bytes. */
    private static final long GROWTH = 16 << 20;

    private final ServeProcess server;
    private final Kind kind;
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private final List<Long> memory = new ArrayList<>(); // bytes, READINGS a minute
    private volatile boolean stop;

    private HostileCallers(ServeProcess server, Kind kind) {
        this.server = server;
        this.kind = kind;
    }

    /**
     * A kind of server.
     *
     * @param path of the ordinary client's requests
     * @param ordinary their body
     * @param hostilePath of the others' requests
     * @param list name of a list in their bodies
     */
    private record Kind(String path, String ordinary, String hostilePath, String list) {
        static final Kind TENSORS = new Kind(
                "/v2/models/m/infer",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,1]}]}",
                "/v2/models/m/infer",
                "inputs");
        static final Kind LANGUAGE = new Kind(
                "/v1/completions", "{\"prompt\":\"Hello\",\"max_tokens\":4}", "/v1/chat/completions", "messages");

        ServeProcess serve() throws IOException {
            Path folder = Files.createTempDirectory("hostile-callers");
            List<String> options = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xmx160m"));
            if (this == LANGUAGE) {
                options.add("-Dedgeai.llama.lib.dir=" + EngineLibraries.llamaCpp());
                GgufModels.write(folder, GgufModels.llama(1, 2, 0));
            } else {
                OnnxModels.write(folder, OnnxModels.linear(new float[][] {{1, 2}, {10, 20}}));
            }
            return ServeProcess.start(folder, options);
        }
    }

    public static void main(String[] arguments) throws Exception {
        int minutes = arguments.length == 0 ? 10 : Integer.parseInt(arguments[0]);
        Kind kind = arguments.length > 1 && arguments[1].equals("language") ? Kind.LANGUAGE : Kind.TENSORS;
        boolean held;
        try (ServeProcess server = kind.serve()) {
            HostileCallers callers = new HostileCallers(server, kind);
            held = callers.run(minutes) == 0 && server.isAlive() && callers.memoryIsFlat();
        }
        System.out.println(held ? "held" : "did not hold");
        System.exit(held ? 0 : 1);
    }

    private int run(int minutes) throws Exception {
        byte[] objects = text("{\"" + kind.list + "\":[" + "{},".repeat(LARGE / 3 - 16) + "{}]}");
        byte[] brackets = text("{\"other\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        byte[] bomb = gzip(1 << 30);
        List<Thread> others = new ArrayList<>();
        others.add(again("objects", () -> whole(objects, "Accept: */*")));
        others.add(again("brackets", () -> whole(brackets, "Accept: */*")));
        others.add(again("gzip bomb", () -> whole(bomb, "Content-Encoding: gzip")));
        others.add(again("endless chunk", this::endlessChunk));
        others.add(again("leaves", this::leave));
        if (kind == Kind.LANGUAGE) {
            others.add(again("leaves a generation", this::leaveGeneration));
        }
        for (int i = 0; i < SLOW; i++) {
            others.add(again("a byte a second", this::drip));
        }
        for (int i = 0; i < IDLE; i++) {
            others.add(again("idle", this::idle));
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
        byte[] body = text(kind.ordinary);
        byte[] request = RawClient.request(kind.path, body, body.length);
        List<Double> millis = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        long begin = System.nanoTime();
        for (double spent = 0; spent < 60 && server.isAlive(); spent = (System.nanoTime() - begin) / 1e9) {
            if (memory.size() < (minute - 1) * READINGS + spent / 60 * READINGS) {
                memory.add(residentBytes());
            }
            long start = System.nanoTime();
            try (RawClient client = new RawClient(server.port(), request)) {
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
                "minute %d: %d requests, %d failed %s, p50 %.1f ms, p99 %.1f ms, memory %d MiB; others: %s%n",
                minute,
                sorted.length,
                failures.size(),
                failures.stream().distinct().limit(3).toList(),
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                memory.getLast() >> 20,
                new TreeMap<>(answers));
        return failures.size();
    }

    private long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    /** In the first third of the time the process takes what it needs. */
    private boolean memoryIsFlat() {
        int third = memory.size() / 3;
        long before = median(memory.subList(third, 2 * third));
        long after = median(memory.subList(2 * third, memory.size()));
        System.out.printf(Locale.ROOT, "memory: %d MiB, then %d MiB%n", before >> 20, after >> 20);
        return after <= before * 1.1 + GROWTH;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
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
            caller.post(kind.hostilePath, "Content-Length: " + body.length, header)
                    .send(body);
            return status(caller);
        }
    }

    private String endlessChunk() throws IOException {
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(kind.hostilePath, "Transfer-Encoding: chunked").send("7fffffff\r\n");
            caller.send(new byte[4 << 20]);
            return status(caller);
        }
    }

    private String leave() throws IOException {
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(kind.hostilePath, "Content-Length: 1000").send(new byte[500]);
            return "left";
        }
    }

    private String leaveGeneration() throws IOException {
        byte[] body = text("{\"prompt\":\"Hello\",\"max_tokens\":400,\"stream\":true}");
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(kind.path, "Content-Length: " + body.length).send(body);
            return status(caller) + ", left";
        }
    }

    private String drip() throws IOException, InterruptedException {
        try (RawCaller caller = new RawCaller(server.port())) {
            caller.post(kind.hostilePath, "Content-Length: 1000");
            while (!caller.isAnswered()) {
                caller.send(" ");
                Thread.sleep(1_000);
            }
            return status(caller);
        }
    }

    private String idle() throws IOException, InterruptedException {
        try (RawCaller caller = new RawCaller(server.port())) {
            while (!stop && caller.isOpen()) {
                Thread.sleep(IDLE_PAUSE_MILLIS);
            }
            return "closed";
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
