package dev.edgeai.e2e;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/** A stream of user requests from a pod of its own. */
final class Traffic implements AutoCloseable {
    private static final String PROGRAM = TrafficProgram.class.getName().replace('.', '/') + ".class";

    private final KubernetesClient client;
    private final Pod pod;

    private Traffic(KubernetesClient client, Pod pod) {
        this.client = client;
        this.pod = pod;
    }

    /** Starts sending from a node of that accelerator; returns once the first request was answered. */
    static Traffic start(
            KubernetesClient client, String accelerator, String namespace, String url, String request, double rate) {
        String name = "client-" + Long.toHexString(System.nanoTime());
        client.configMaps()
                .inNamespace(namespace)
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withData(Map.of("request.json", request))
                        .withBinaryData(
                                Map.of("program.class", Base64.getEncoder().encodeToString(program())))
                        .build())
                .serverSideApply();
        Pod pod = client.pods()
                .inNamespace(namespace)
                .resource(pod(name, accelerator, url, rate))
                .serverSideApply();
        var traffic = new Traffic(client, pod);
        Until.holds(
                "the client " + name + " got its first answer",
                Duration.ofMinutes(2),
                () -> traffic.report().total() > 0);
        return traffic;
    }

    private static Pod pod(String name, String accelerator, String url, double rate) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("e2e", "traffic")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withTerminationGracePeriodSeconds(1L)
                .addToNodeSelector("edgeai.dev/accelerator", accelerator)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(65532L)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("client")
                .withImage(Environment.runtimeImage())
                .withCommand(
                        "sh",
                        "-c",
                        "mkdir -p /classes/dev/edgeai/e2e && cp /client/program.class /classes/" + PROGRAM
                                + " && exec /opt/java/bin/java -Xmx48m -cp /classes dev.edgeai.e2e.TrafficProgram '"
                                + url
                                + "' /client/request.json " + rate)
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount()
                .withName("client")
                .withMountPath("/client")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("classes")
                .withMountPath("/classes")
                .endVolumeMount()
                .endContainer()
                .addNewVolume()
                .withName("client")
                .withNewConfigMap()
                .withName(name)
                .endConfigMap()
                .endVolume()
                .addNewVolume()
                .withName("classes")
                .withNewEmptyDir()
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .build();
    }

    private static byte[] program() {
        try (var in = Traffic.class.getClassLoader().getResourceAsStream(PROGRAM)) {
            if (in == null) {
                throw new IllegalStateException(PROGRAM + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was counted since the start. */
    Report report() {
        return lines().stream().reduce((first, last) -> last).orElse(new Report(0, Map.of(), Map.of()));
    }

    /** One report a second. */
    List<Report> lines() {
        String log;
        try {
            log = client.pods().resource(pod).getLog();
        } catch (RuntimeException _) {
            return List.of(); // the container has not started yet
        }
        return log.lines()
                .filter(l -> !l.isBlank() && Character.isDigit(l.charAt(0)))
                .map(Report::parse)
                .toList();
    }

    /** Share of the requests after {@code earlier} that this revision answered. */
    double shareSince(Report earlier, String revision) {
        Report now = report();
        long all = now.total() - earlier.total();
        return all == 0 ? 0 : (now.of(revision) - earlier.of(revision)) / (double) all;
    }

    void assertNoFailure() {
        assertNoFailure(50);
    }

    /** No request failed, and more than so many were answered. */
    void assertNoFailure(long moreThan) {
        List<Report> reports = lines();
        Report report = reports.getLast();
        String first = reports.stream()
                .filter(r -> !r.failed().isEmpty())
                .findFirst()
                .map(r -> (r.millis() - reports.getFirst().millis()) / 1000 + " s after the start")
                .orElse("never");
        assertThat(report.failed())
                .as("failed requests, of %s answered; the first was seen %s", report.answered(), first)
                .isEmpty();
        assertThat(report.total()).as("answered requests").isGreaterThan(moreThan);
    }

    @Override
    public void close() {
        client.pods().resource(pod).withGracePeriod(0).delete();
    }

    /**
     * Cumulative counts.
     *
     * @param millis when
     * @param answered requests answered, by revision
     * @param failed requests failed, by reason
     */
    record Report(long millis, Map<String, Long> answered, Map<String, Long> failed) {
        static Report parse(String line) {
            String[] fields = line.split("\t", -1);
            Map<String, Long> answered = new TreeMap<>();
            Map<String, Long> failed = new HashMap<>();
            Arrays.stream(fields).skip(1).forEach(field -> {
                int equals = field.lastIndexOf('=');
                int colon = field.indexOf(':');
                long n = Long.parseLong(field.substring(equals + 1));
                (field.startsWith("ok:") ? answered : failed).put(field.substring(colon + 1, equals), n);
            });
            return new Report(Long.parseLong(fields[0]), answered, failed);
        }

        long total() {
            return answered.values().stream().mapToLong(Long::longValue).sum();
        }

        long failures() {
            return failed.values().stream().mapToLong(Long::longValue).sum();
        }

        long of(String revision) {
            return answered.getOrDefault(revision, 0L);
        }
    }
}
