package dev.edgeai.runtime.report;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.SmallArtifact;
import dev.edgeai.runtime.artifact.registry.Artifacts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A report where it is kept: two files in a folder, or an artifact of the two in a registry. */
public final class ReportFiles {
    public static final String HTML = "report.html";
    public static final String JSON = "report.json";
    public static final String ARTIFACT_TYPE = "application/vnd.edgeai.report.v1+html";

    /** Far more than 64 trials need. */
    private static final long MAX_BYTES = 16 << 20;

    private ReportFiles() {}

    /** Writes both into a folder. */
    public static void write(Path folder, ReportedRun run) throws IOException {
        Facts facts = Facts.of(run);
        Files.writeString(folder.resolve(HTML), HtmlReport.of(facts));
        Files.writeString(folder.resolve(JSON), Json.write(facts));
    }

    /**
     * Stores both, as a referrer of the variant that was selected if there is one.
     *
     * @param repository where the run's variants are
     * @return digest of the artifact
     */
    public static Digest store(Artifacts artifacts, Reference repository, ReportedRun run) {
        Facts facts = Facts.of(run);
        List<SmallArtifact.File> files = List.of(
                new SmallArtifact.File(HTML, "text/html", bytes(HtmlReport.of(facts))),
                new SmallArtifact.File(JSON, "application/json", bytes(Json.write(facts))));
        Optional<Reference> variant = Optional.ofNullable(run.status().selected())
                .map(selected -> repository.at(Digest.parse(selected.digest())));
        byte[] subject = variant.map(v ->
                        artifacts.manifest(v, FailureReason.ARTIFACT_MISSING).bytes())
                .orElse(null);
        return artifacts.publish(
                variant.orElse(repository),
                SmallArtifact.of(ARTIFACT_TYPE, List.of(), files, subject, Map.of("dev.edgeai.run", run.name())));
    }

    /** The page of a stored report. */
    public static String fetch(Artifacts artifacts, Reference report) throws IOException {
        Path folder = Files.createTempDirectory("edgeai-report");
        try {
            artifacts.pull(report, folder, MAX_BYTES, FailureReason.ARTIFACT_MISSING);
            return Files.readString(folder.resolve(HTML));
        } finally {
            for (String file : List.of(HTML, JSON)) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
