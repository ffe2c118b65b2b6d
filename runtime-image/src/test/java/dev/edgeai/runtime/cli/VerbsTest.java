package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.certify.CertifiedFolder;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.server.TestServer;
import dev.edgeai.runtime.server.process.ServeProcess;
import dev.edgeai.runtime.testing.NpzFiles;
import dev.edgeai.runtime.testing.OnnxModels;
import dev.edgeai.runtime.testing.WrappedModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code serve}, {@code warmup} and {@code predict} as they are typed. */
class VerbsTest {
    private static final int SAMPLES = 160;
    private static final int CALIBRATION = 32;
    private static final ServerOptions OPTIONS = new ServerOptions(0, 2, 64, 1 << 20, 8 << 20);

    @TempDir
    Path folder;

    private Path message;
    private final Map<String, String> variables = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void makeTerminationLog() throws Exception {
        message = Files.createFile(folder.resolve("termination-log"));
        variables.put(Environment.TERMINATION_LOG, message.toString());
    }

    @Test
    void warmupSendsTheFirstSamplesAndRatesTheAnswersAgainstTheLabels() throws Exception {
        try (TestServer server = swap()) {
            int code = warmup(server, dataset(true), "--requests", "100", "--calibration-samples", "" + CALIBRATION);

            assertThat(code).as(err.toString()).isZero();
            WarmupResult result = Json.read(Files.readString(message), WarmupResult.class);
            assertThat(result.requests()).isEqualTo(100);
            assertThat(result.failed()).isZero();
            assertThat(result.firstError()).isNull();
            assertThat(result.latencyP95Micros()).isPositive();
            Estimate quality = Objects.requireNonNull(result.quality());
            assertThat(quality.value().asDouble()).isBetween(0.85, 0.95); // every tenth label is wrong
            assertThat(quality.lower().asDouble()).isBetween(0.8, 0.9);
            assertThat(quality.upper().asDouble()).isBetween(0.9, 1.0);
            assertThat(quality.samples()).isEqualTo(100);
            assertThat(server.metrics().get("edgeai_probe_requests_total{code=\"ok\"}"))
                    .isEqualTo(100.0);
            assertThat(server.metrics().get("edgeai_inference_requests_total{code=\"ok\"}"))
                    .as("users are not made up")
                    .isZero();
        }
    }

    @Test
    void warmupTakesNoSamplesOfTheCalibrationSplit() throws Exception {
        try (TestServer server = swap()) {
            warmup(server, dataset(true), "--requests", "1000", "--calibration-samples", "" + CALIBRATION);

            assertThat(Json.read(Files.readString(message), WarmupResult.class).requests())
                    .isEqualTo(SAMPLES - CALIBRATION);
        }
    }

    @Test
    void warmupTakesTaskSplitAndMetricFromTheTrialsSpecification() throws Exception {
        variables.put("EDGEAI_TRIAL_SPEC", """
                {"run":"r","trial":"t","task":"ImageClassification","source":{"uri":"oci://r/m"},"seed":1,"threads":1,
                 "evaluation":{"dataset":{"uri":"oci://r/d"},"metric":"MacroF1","samples":50,"calibrationSamples":32},
                 "accelerator":"a","repository":"r/v","maxSourceBytes":1}
                """);
        try (TestServer server = swap()) {
            assertThat(warmup(server, dataset(true), "--requests", "120"))
                    .as(err.toString())
                    .isZero();

            WarmupResult result = Json.read(Files.readString(message), WarmupResult.class);
            assertThat(result.requests()).as("50 to choose by, 50 held out").isEqualTo(100);
            assertThat(result.quality()).isNotNull();
        }
    }

    @Test
    void warmupWithoutLabelsKnowsNoQualityAndSaysSo() throws Exception {
        try (TestServer server = swap()) {
            warmup(server, dataset(false), "--requests", "20");

            assertThat(Json.read(Files.readString(message), WarmupResult.class).quality())
                    .isNull();
            assertThat(out.toString()).contains("quality unknown: without labels");
        }
    }

    @Test
    void warmupCountsEachFailureAndTellsTheFirst() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        LoadedModel sick = new WrappedModel(swapModel()) {
            @Override
            public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
                if (calls.getAndIncrement() % 4 == 3) {
                    throw new EngineException("the accelerator is gone");
                }
                return super.infer(inputs);
            }
        };
        try (TestServer server = TestServer.start(sick, Optional.empty(), OPTIONS)) {
            int code = warmup(
                    server, dataset(true), "--requests", "40", "--concurrency", "1", "--calibration-samples", "32");

            assertThat(code).isZero();
            WarmupResult result = Json.read(Files.readString(message), WarmupResult.class);
            assertThat(result.requests()).isEqualTo(40);
            assertThat(result.failed()).isEqualTo(10);
            assertThat(result.firstError()).contains("sample 3").contains("500").contains("the accelerator is gone");
            assertThat(calls).as("nothing is tried again").hasValue(40);
        }
    }

    @Test
    void warmupOfASilentServerIsAFailure() throws Exception {
        int code = run(
                "warmup",
                "--url",
                "http://127.0.0.1:1",
                "--model",
                "m",
                "--wait",
                "1",
                "--dataset",
                dataset(true).toString());

        assertThat(code).isEqualTo(1);
        assertThat(Json.read(Files.readString(message), Failure.class).reason()).isEqualTo("MeasurementFailed");
    }

    @Test
    void warmupWithADatasetForAnotherModelIsAFailure() throws Exception {
        Path other = NpzFiles.write(folder.resolve("other.npz"), Map.of("z", NpzFiles.gaussians(1, 200, 2)));
        try (TestServer server = swap()) {
            assertThat(warmup(server, other)).isEqualTo(1);
            assertThat(Json.read(Files.readString(message), Failure.class).reason())
                    .isEqualTo("InvalidDataset");
        }
    }

    @Test
    void predictPrintsTheAnswerToASampleOfADataset() throws Exception {
        try (TestServer server = swap()) {
            int code = predict(server, "--dataset", dataset(true).toString(), "--index", "159");

            assertThat(code).as(err.toString()).isZero();
            assertThat(out.toString()).isEqualToNormalizingNewlines("""
                    m (revision r7)
                    y FP32[1, 2]: 0.0000 159.00
                      highest: 1 (159.00)
                    """);
        }
    }

    @Test
    void predictPrintsJson() throws Exception {
        Path array = folder.resolve("x.npy");
        Files.write(array, NpzFiles.floats(new float[] {1, 2, 3, 4}, 2, 2));
        try (TestServer server = swap()) {
            predict(server, "-o", "json", "--input", "x=" + array);

            assertThat(out.toString().strip())
                    .isEqualTo(
                            "{\"model\":\"m\",\"revision\":\"r7\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\","
                                    + "\"shape\":[2,2],\"data\":[2.0,1.0,4.0,3.0]}]}");
        }
    }

    @Test
    void predictSaysWhatIsWrong() throws Exception {
        Path array = folder.resolve("x.npy");
        Files.write(array, NpzFiles.floats(new float[] {1, 2, 3}, 1, 3));
        try (TestServer server = swap()) {
            assertThat(predict(server, "--input", "x=" + array)).isEqualTo(1);
            assertThat(err.toString()).contains("answered 400").contains("must have shape [-1, 2]");
            assertThat(predict(server, "--dataset", dataset(true).toString(), "--index", "160"))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("which has 160 samples");
            assertThat(predict(server, "--input", "x=" + folder.resolve("none.npy")))
                    .isEqualTo(1);
            assertThat(predict(server)).isEqualTo(2);
        }
    }

    @Test
    void serveRefusesAFolderWithoutCertificate() throws Exception {
        variables.put(Environment.TRUSTED_KEY, certified("intel-cpu").publicKey());
        Path bare = OnnxModels.write(folder.resolve("bare"), OnnxModels.linear(new float[][] {{1}}));

        assertThat(serve(bare, "intel-cpu")).isEqualTo(1);
        assertThat(Json.read(Files.readString(message), Failure.class).reason()).isEqualTo("CertificateMissing");
    }

    @Test
    void serveRefusesAnotherAccelerator() throws Exception {
        CertifiedFolder certified = certified("intel-cpu");
        variables.put(Environment.TRUSTED_KEY, certified.publicKey());

        assertThat(serve(certified.path(), "jetson")).isEqualTo(1);
        assertThat(Json.read(Files.readString(message), Failure.class).reason()).isEqualTo("CertificateMismatch");
    }

    @Test
    void serveRefusesAFileThatWasChanged() throws Exception {
        CertifiedFolder certified = certified("intel-cpu");
        variables.put(Environment.TRUSTED_KEY, certified.publicKey());
        OnnxModels.write(certified.path(), OnnxModels.linear(new float[][] {{6, 6}, {6, 6}}));

        assertThat(serve(certified.path(), "intel-cpu")).isEqualTo(1);
        assertThat(Json.read(Files.readString(message), Failure.class).reason()).isEqualTo("DigestMismatch");
    }

    @Test
    void serveRefusesToBeUnverifiedWhereAKeyIsTrusted() throws Exception {
        CertifiedFolder certified = certified("intel-cpu");
        variables.put(Environment.TRUSTED_KEY, certified.publicKey());

        assertThat(run("serve", "--unverified", "--name", "m", "--revision", "r7", "--models", "" + certified.path()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--unverified is refused");
    }

    @Test
    void serveServesWhatIsCertifiedAndTellsItsDigest() throws Exception {
        CertifiedFolder certified = certified("intel-cpu");
        try (ServeProcess server = ServeProcess.startCertified(certified, "intel-cpu");
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/v2/models/m");
            String metadata = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body();

            assertThat(metadata)
                    .contains("\"certified\":\"true\"")
                    .contains("\"artifact\":\"" + certified.artifact() + "\"")
                    .contains("\"run\":\"vision/digits-1\"");
            server.terminate();
            assertThat(server.exitCode(20)).isZero();
        }
    }

    private CertifiedFolder certified(String accelerator) throws Exception {
        Path models = folder.resolve("certified");
        OnnxModels.write(models, OnnxModels.linear(new float[][] {{0, 1}, {1, 0}}));
        Files.writeString(
                models.resolve(VariantDescriptor.FILE),
                "{\"engine\":\"OnnxRuntime\",\"model\":\"model.onnx\",\"options\":{},\"versions\":{}}");
        return CertifiedFolder.certify(models, accelerator);
    }

    private int serve(Path models, String accelerator) {
        return run(
                "serve",
                "--port",
                "0",
                "--name",
                "m",
                "--revision",
                "r7",
                "--models",
                models.toString(),
                "--accelerator",
                accelerator);
    }

    private int warmup(TestServer server, Path dataset, String... more) {
        return run(join(
                List.of("warmup", "--url", server.uri("").toString(), "--model", "m", "--dataset", dataset.toString()),
                more));
    }

    private int predict(TestServer server, String... more) {
        return run(join(List.of("predict", "--url", server.uri("").toString(), "--model", "m"), more));
    }

    private static String[] join(List<String> first, String... more) {
        return java.util.stream.Stream.concat(first.stream(), java.util.Arrays.stream(more))
                .toArray(String[]::new);
    }

    private int run(String... arguments) {
        CommandLine commandLine = EdgeAi.commandLine(new Environment(variables));
        commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }

    /** Sample i is (i, 0), which swapped is class 1; every tenth label says 0. */
    private Path dataset(boolean labelled) throws Exception {
        float[] x = new float[2 * SAMPLES];
        long[] labels = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            x[2 * i] = i == 0 ? 0.5f : i;
            labels[i] = i % 10 == 9 ? 0 : 1;
        }
        Map<String, byte[]> arrays = new HashMap<>();
        arrays.put("x", NpzFiles.floats(x, SAMPLES, 2));
        if (labelled) {
            arrays.put("labels", NpzFiles.longs(labels, SAMPLES));
        }
        return NpzFiles.write(folder.resolve("data.npz"), arrays);
    }

    private TestServer swap() throws Exception {
        return TestServer.start(swapModel(), Optional.empty(), OPTIONS);
    }

    private LoadedModel swapModel() throws Exception {
        return TestServer.load(OnnxModels.write(folder.resolve("swap"), OnnxModels.linear(new float[][] {{0, 1}, {1, 0}
        })));
    }
}
