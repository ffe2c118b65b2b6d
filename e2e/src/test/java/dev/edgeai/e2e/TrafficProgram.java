package dev.edgeai.e2e;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A user of the model, run in a pod: sends requests at a fixed rate, each over a connection of its own and never twice,
 * and prints once a second how many each revision answered. Needs nothing but the JDK, so that its class file is all
 * that is carried into the pod.
 */
final class TrafficProgram {
    private final URI url;
    private final byte[] body;
    private final Map<String, AtomicLong> answered = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> failed = new ConcurrentHashMap<>();

    private TrafficProgram(URI url, byte[] body) {
        this.url = url;
        this.body = body;
    }

    /** Arguments: URL, file with the request's body, requests per second. */
    public static void main(String[] args) throws Exception {
        System.setProperty("http.keepAlive", "false");
        System.setProperty("sun.net.http.retryPost", "false");
        var program = new TrafficProgram(URI.create(args[0]), Files.readAllBytes(Path.of(args[1])));
        program.run(Double.parseDouble(args[2]));
    }

    private void run(double perSecond) throws InterruptedException {
        var clock = Executors.newSingleThreadScheduledExecutor();
        var senders = Executors.newVirtualThreadPerTaskExecutor();
        awaitService();
        clock.scheduleAtFixedRate(() -> senders.submit(this::send), 0, (long) (1e6 / perSecond), TimeUnit.MICROSECONDS);
        while (true) {
            Thread.sleep(1000);
            print();
        }
    }

    /**
     * A node's kube-proxy learns of a Service's first endpoints some moments after the pods are ready; until then the node
     * refuses connections whatever the model does. Users come after that, and from then on every request counts.
     */
    private void awaitService() throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            failed.clear();
            send();
            if (failed.isEmpty()) {
                return;
            }
            Thread.sleep(100);
        }
    }

    private void send() {
        try {
            var connection = (HttpURLConnection) url.toURL().openConnection();
            connection.setConnectTimeout(5_000);
            connection.setReadTimeout(60_000); // a version that is slow is not one that fails
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            connection.getOutputStream().write(body);
            int code = connection.getResponseCode();
            if (code == 200) {
                connection.getInputStream().readAllBytes();
                count(answered, String.valueOf(connection.getHeaderField("X-EdgeAI-Revision")));
            } else {
                count(failed, "HTTP " + code);
            }
        } catch (IOException e) {
            count(failed, e.toString());
        }
    }

    private static void count(Map<String, AtomicLong> counts, String key) {
        counts.computeIfAbsent(key, _ -> new AtomicLong()).incrementAndGet();
    }

    /** One line: time in milliseconds, then {@code ok:<revision>=<count>} and {@code failed:<why>=<count>}, cumulative. */
    private void print() {
        var line = new StringBuilder().append(System.currentTimeMillis());
        answered.forEach((revision, n) ->
                line.append("\tok:").append(revision).append('=').append(n));
        failed.forEach((why, n) -> line.append("\tfailed:")
                .append(why.replace('\t', ' ').replace('=', ' '))
                .append('=')
                .append(n));
        System.out.println(line);
    }
}
