package dev.edgeai.e2e;

import java.util.stream.Stream;

/** The installed release under an administrator's hands. */
final class Chart {
    private Chart() {}

    /** {@code helm upgrade} with the values it has and these; waits until the new operator is ready. */
    static void upgrade(String... arguments) {
        String chart = Environment.root().resolve("charts/edgeai-operator").toString();
        Shell.run(Stream.concat(
                        Stream.of(
                                "helm",
                                "--namespace",
                                "edgeai-system",
                                "upgrade",
                                "edgeai-operator",
                                chart,
                                "--reuse-values",
                                "--wait"),
                        Stream.of(arguments))
                .toArray(String[]::new));
    }
}
