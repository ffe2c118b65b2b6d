package dev.edgeai.runtime.report;

import dev.edgeai.api.trial.ReportRequest;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.registry.TestRegistry;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.pod.Environment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;

/** A report as its Job stores it and a person fetches it, against the CNCF Distribution registry. */
class StoredReportTest {
    @TempDir
    Path folder;

    @Test
    void whatIsStoredIsFetchedAndARunWithoutVariantIsStoredToo() throws Exception {
        ReportedRun run;
        try (var file = Objects.requireNonNull(ReportTest.class.getResourceAsStream("fashion-run.json"))) {
            String json = new String(file.readAllBytes(), StandardCharsets.UTF_8).replace("\"selected\"", "\"none\"");
            run = ReportedRun.read(json, OptionalLong.empty());
        }
        try (TestRegistry registry = TestRegistry.start(Files.createDirectory(folder.resolve("registry")))) {
            String repository = registry.address() + "/models/vision/fashion";
            ReportRequest request = new ReportRequest(
                    run.namespace(),
                    run.name(),
                    run.spec(),
                    run.status(),
                    null,
                    repository,
                    List.of(registry.address()));

            Run store = Run.of(Map.of(ReportRequest.ENVIRONMENT_VARIABLE, packed(request)), "report", "--store");

            assertThat(store.code()).as(store.err()).isZero();
            assertThat(Json.read(store.message(), ReportResult.class)).isEqualTo(new ReportResult(store.out()));
            Run fetch = Run.of(
                    Map.of(Environment.PLAIN_HTTP, registry.address()),
                    "report",
                    "oci://" + repository + "@" + store.out());
            assertThat(fetch.code()).as(fetch.err()).isZero();
            assertThat(fetch.out()).isEqualTo(HtmlReport.of(Facts.of(run)).strip());
        }
    }

    private static String packed(ReportRequest request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(Json.write(request).getBytes(StandardCharsets.UTF_8));
        }
        String packed = Base64.getEncoder().encodeToString(bytes.toByteArray());
        assertThat(packed).hasSizeLessThan(ReportRequest.MAX_CHARACTERS);
        return packed;
    }
}
