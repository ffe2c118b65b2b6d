package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.testing.GgufModels;
import dev.edgeai.runtime.testing.NpzFiles;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** What people mistype: one sentence that names it, exit code 2, nothing done. */
class UsageTest {
    private static final String RUN = """
            apiVersion: edgeai.dev/v1alpha1
            kind: OptimizationRun
            metadata: {name: digits}
            spec:
              source: {uri: "oci://registry.example/digits:1"}
              task: ImageClassification
              evaluation: {dataset: {uri: "oci://registry.example/digits-data:1"}}
              accelerator: some-cpu
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void makeFiles() throws Exception {
        Files.createDirectory(folder.resolve("empty"));
        Files.writeString(folder.resolve("file"), "a file");
        Files.writeString(folder.resolve("run.yaml"), RUN);
        OnnxModels.write(folder.resolve("model"), OnnxModels.linear(new float[][] {{1}}));
        NpzFiles.write(folder.resolve("data.npz"), Map.of("x", NpzFiles.gaussians(1, 200, 1)));
    }

    /** Words of a command line; @ is the test's folder. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "push @/empty oci://localhost:5000/a:1                    | @/empty holds no files",
                "push @/none oci://localhost:5000/a:1                     | there is no file or folder '@/none'",
                "push @/file localhost                                    | 'localhost' is no reference",
                "push @/file oci://localhost:99999/a:1                    | 'oci://localhost:99999/a:1' is no reference",
                "push @/file oci://localhost:5000/a:1 --plain-http http://localhost:5000 | 'http://localhost:5000' is no host",
                "fetch --into @/file                                      | '@/file' is a file; name a folder",
                "fetch --into @/file/deeper                               | '@/file' is a file; name a folder",
                "resolve oci://                                           | 'oci://' is no reference",
                "keygen --out @/file                                      | '@/file' is a file; name a folder",
                "certify --key @/none                                     | there is no file '@/none'",
                "certify --key @/empty                                    | '@/empty' is a folder; name a file",
                "verify @/none --key @/none                               | there is no file '@/none'",
                "verify @/empty --key @/file                              | ",
                "bundle localhost:5000/a --into @/file --key @/file       | '@/file' is a file; name a folder",
                "load --artifact a --certificate b --accelerator c --into @/file | '@/file' is a file; name a folder",
                "assess @/none                                            | there is no file or folder '@/none'",
                "measure --work @/none --pairs 0                          | '0' is no whole number of 1 or more",
                "optimize -f @/none                                       | there is no file '@/none'",
                "optimize -f @/empty                                      | '@/empty' is a folder; name a file",
                "optimize -f @/file                                       | @/file: ",
                "optimize -f @/run.yaml --dry-run --source @/empty --dataset @/data.npz | @/empty holds no files",
                "optimize -f @/run.yaml --dry-run --source @/none --dataset @/data.npz  | there is no file or folder '@/none'",
                "optimize -f @/run.yaml --dry-run --source @/model --dataset @/none     | there is no file '@/none'",
                "optimize -f @/run.yaml --dry-run --source @/model --dataset @/empty    | '@/empty' is a folder; name a file",
                "optimize -f @/run.yaml --dry-run --threads 0             | '0' is no whole number of 1 or more",
                "optimize -f @/run.yaml --dry-run --time-cap soon         | --time-cap",
                "optimize -f @/run.yaml --dry-run --time-cap 0s           | --time-cap",
                "optimize -f @/run.yaml --into @/file                     | '@/file' is a file; name a folder",
                "report -f @/none                                         | There is no file @/none",
                "report -f @/file                                         | This is no OptimizationRun in JSON",
                "report -f @/file -o @/empty                              | '@/empty' is a folder; name a file",
                "report -f @/file -o @/none/report.html                   | there is no folder for '@/none/report.html'",
                "report -f @/file --memory-limit -1                       | '-1' is no whole number of 1 or more",
                "serve --unverified --name m --revision r --models @/none | there is no folder '@/none'",
                "serve --unverified --name m --revision r --models @/file | '@/file' is a file; name a folder",
                "serve --unverified --name m --revision r --models @/model --port 99999     | '99999' is no whole number from 0 to 65535",
                "serve --unverified --name m --revision r --models @/model --port -1        | '-1' is no whole number from 0 to 65535",
                "serve --unverified --name m --revision r --models @/model --threads 0      | '0' is no whole number",
                "serve --unverified --name m --revision r --models @/model --concurrency 0  | '0' is no whole number",
                "serve --unverified --name m --revision r --models @/model --queue -1       | '-1' is no whole number",
                "serve --unverified --name m --revision r --models @/model --settle -1      | '-1' is no whole number",
                "serve --unverified --name m --revision r --models @/model --max-request-bytes 0 | '0' is no whole number",
                "warmup --url localhost:8080 --model m --dataset @/data.npz  | 'localhost:8080' is no address of a server",
                "warmup --url http:// --model m --dataset @/data.npz         | 'http://' is no address of a server",
                "warmup --url http://localhost:99999 --model m --dataset @/data.npz | 'http://localhost:99999' is no address",
                "warmup --url http://localhost:1 --model m --dataset @/none  | there is no file or folder '@/none'",
                "warmup --url http://localhost:1 --model m --dataset @/data.npz --requests 0    | '0' is no whole number",
                "warmup --url http://localhost:1 --model m --dataset @/data.npz --concurrency 0 | '0' is no whole number",
                "warmup --url http://localhost:1 --model m --dataset @/data.npz --timeout 0     | '0' is no whole number",
                "warmup --url http://localhost:1 --model m --dataset @/data.npz --stable-url stable:8080 | 'stable:8080' is no address",
                "probe --url http://localhost:1 --model m --dataset @/data.npz --revision r --reference-url here --reference-revision s | 'here' is no address",
                "probe --url http://localhost:1 --model m --dataset @/data.npz --revision r --reference-url http://h --reference-revision s --rate Infinity | --rate must be more than 0",
                "predict --url localhost:8080 --model m --prompt p           | 'localhost:8080' is no address of a server",
                "predict --url http://localhost:1 --model m --dataset @/none | there is no file '@/none'",
                "predict --url http://localhost:1 --model m --prompt p --timeout 0 | '0' is no whole number",
                "predict --url http://localhost:1 --model m --dataset @/data.npz --index -1 | '-1' is no whole number",
            })
    void wrongUsageIsOneSentence(String line, String told) throws IOException {
        Run run = Run.of(Map.of(), here(line).split(" +"));

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err())
                .doesNotContain("Exception", "InternalError", "\tat ")
                .contains(told == null ? "" : here(told));
        assertThat(run.err().lines()).as("the sentence, and where help is").hasSize(2);
    }

    @Test
    void aVariableThatIsNoNumberIsNamed() throws IOException {
        Run run = Run.of(Map.of("EDGEAI_RETRY_SECONDS", "long"), "push", here("@/file"), "oci://localhost:1/a:1");

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("EDGEAI_RETRY_SECONDS must be a whole number of 0 or more, not 'long'");
    }

    @Test
    void aFileThatCannotBeUsedIsASentenceToo() throws IOException {
        Files.createDirectories(folder.resolve("into/private.pem"));
        Run run = Run.of(Map.of(), "keygen", "--out", here("@/into"));

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("private.pem is there already").doesNotContain("\tat ");
    }

    @Test
    void aModelOfOneFileIsAssessedAsItsFolderIs() throws IOException {
        Run file = Run.of(Map.of(), "assess", here("@/model/model.onnx"), "-o", "json");

        assertThat(file.code()).as(file.err()).isZero();
        assertThat(file.out())
                .isEqualTo(Run.of(Map.of(), "assess", here("@/model"), "-o", "json")
                        .out());
    }

    @Test
    void aFileThatIsNoModelIsToldAsOne() throws IOException {
        Run run = Run.of(Map.of(), "assess", here("@/data.npz"));

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("UnsupportedModel: The model is not supported: data.npz is no model of one file");
    }

    /** The first part as llama.cpp's gguf-split writes it is a GGUF file that can be read by itself. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "assess @/split",
                "assess @/split/m-00001-of-00002.gguf",
                "push @/split oci://localhost:1/m:1",
                "push @/split/m-00002-of-00002.gguf oci://localhost:1/m:1",
                "serve --unverified --name m --revision r --models @/split",
                "optimize -f @/run.yaml --dry-run --source @/split --dataset @/data.npz",
                "optimize -f @/run.yaml --dry-run --source @/split/m-00001-of-00002.gguf --dataset @/data.npz",
            })
    void aSplitModelIsToldWithTheSameSentenceEverywhere(String line) throws IOException {
        Path split = Files.createDirectory(folder.resolve("split"));
        for (String part : new String[] {"m-00001-of-00002.gguf", "m-00002-of-00002.gguf"}) {
            Files.write(split.resolve(part), GgufModels.llama(1, 1, 0));
        }

        Run run = Run.of(
                Map.of("EDGEAI_OPTIMIZER_LLAMACPP", "/never/called"), here(line).split(" +"));

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .containsPattern(
                        "UnsupportedModel: The model is not supported: m-0000[12]-of-00002.gguf is a part of a "
                                + "split model; merge the parts with llama-gguf-split --merge.")
                .doesNotContain("Exception", "\tat ");
    }

    private String here(String text) {
        return text.replace("@", folder.toString());
    }
}
