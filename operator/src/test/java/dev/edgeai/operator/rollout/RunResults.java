package dev.edgeai.operator.rollout;

import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.operator.delivery.Samples;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.util.Objects;

/** What the reconciler of OptimizationRuns would write into their status. */
final class RunResults {
    private static final String TRIAL = """
            {name: %1$s, framework: OpenVINO, technique: %1$s, phase: Accepted, digest: "%2$s", gates: [],
             measurement: {engine: OpenVINO, threads: 1, latencyP50Micros: 900, latencyP95Micros: 2500,
               latencyP99Micros: 3000, latencyVariation: "0.05", latencySamples: 1000, throughput: "1000",
               peakMemoryBytes: 1000, engineMemoryBytes: 100, sizeBytes: 10,
               quality: {value: "0.97", lower: "0.96", upper: "0.98", samples: 1000}},
             comparison: {speedup: {value: "3.1", lower: "3", upper: "3.2", samples: 1000},
               accuracyRetention: {value: "0.99", lower: "0.98", upper: "1", samples: 1000},
               memoryReduction: "0.7", sizeReduction: "0.7"}}""";

    private static final String CERTIFICATE = "{trial: %s, digest: \"%s\", certificate: \"%s\"%s}";

    private static final String SUCCEEDED = """
            phase: Succeeded
            progress: 2/2
            accelerator: %s
            sourceDigest: "%s"
            datasetDigest: "%s"
            trials: [%s]
            certificates: [%s]
            selected: {trial: int8-a, variant: openvino/int8-a, digest: "%s", reason: fastest,
              artifact: "registry:5000/models/vision/digits@%s", speedup: "3.1", accuracyRetention: "0.99"}
            conditions: []
            paretoFront: []
            plan: []
            """;

    /** What a run finds that is pinned to nothing. */
    static final String SOURCE = digest('5');

    private RunResults() {}

    static String digest(char letter) {
        return "sha256:" + String.valueOf(letter).repeat(64);
    }

    /** Succeeded, with these digests certified, the selected one first. */
    static void succeed(KubernetesClient client, OptimizationRun run, String... digests) {
        succeedOn(client, run, run.getSpec().accelerator(), digests);
    }

    /** The same, measured on the hardware of this profile. */
    static void succeedOn(KubernetesClient client, OptimizationRun run, String accelerator, String... digests) {
        succeedUnder(digest('c'), client, run, accelerator, digests);
    }

    /** Succeeded with this digest, under this certificate. */
    static void signed(KubernetesClient client, OptimizationRun run, String certificate, String digest) {
        succeedUnder(certificate, client, run, run.getSpec().accelerator(), digest);
    }

    private static void succeedUnder(
            String certificate, KubernetesClient client, OptimizationRun run, String accelerator, String... digests) {
        StringBuilder trials = new StringBuilder();
        StringBuilder certificates = new StringBuilder();
        for (int i = 0; i < digests.length; i++) {
            String name = "int8-" + "abcdefgh".charAt(i);
            trials.append(i == 0 ? "" : ",\n").append(TRIAL.formatted(name, digests[i]));
            certificates.append(i == 0 ? "" : ", ").append(CERTIFICATE.formatted(name, digests[i], certificate, ""));
        }
        write(
                client,
                run,
                SUCCEEDED.formatted(
                        accelerator, source(run), digest('d'), trials, certificates, digests[0], digests[0]));
    }

    private static String source(OptimizationRun run) {
        return Objects.requireNonNullElse(run.getSpec().source().digest(), SOURCE);
    }

    /** Succeeded with one variant, certified and bundled. */
    static void bundle(KubernetesClient client, OptimizationRun run, String digest, String bundle) {
        write(
                client,
                run,
                SUCCEEDED.formatted(
                        run.getSpec().accelerator(),
                        source(run),
                        digest('d'),
                        TRIAL.formatted("int8-a", digest),
                        CERTIFICATE.formatted("int8-a", digest, digest('c'), ", bundle: \"" + bundle + "\""),
                        digest,
                        digest));
    }

    static void search(KubernetesClient client, OptimizationRun run) {
        write(client, run, """
                phase: Searching
                progress: 3/8
                trials: [{name: t, framework: OpenVINO, technique: int8-ac, phase: Running, gates: []}]
                conditions: [{type: Reconciling, status: "True", reason: Searching, message: 3 of 8 trials finished,
                  lastTransitionTime: "2026-01-01T00:00:00Z"}]
                """);
    }

    static void fail(KubernetesClient client, OptimizationRun run, String reason, String message) {
        write(client, run, """
                phase: Failed
                conditions: [{type: Stalled, status: "True", reason: %s, message: "%s",
                  lastTransitionTime: "2026-01-01T00:00:00Z"}]
                """.formatted(reason, message));
    }

    private static void write(KubernetesClient client, OptimizationRun run, String status) {
        run.getMetadata().setResourceVersion(null);
        run.setStatus(Samples.yaml(status, OptimizationRunStatus.class));
        client.resource(run).patchStatus();
    }
}
