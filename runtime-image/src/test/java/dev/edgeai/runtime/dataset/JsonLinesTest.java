package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JsonLinesTest {
    @TempDir
    Path folder;

    @Test
    void textsLabelsPromptsAndSplitsAreRead() throws Exception {
        Path file = file("""
                {"text": "good", "label": 1}
                {"text": "b\\u00e4d"}\r
                {"text": "kept", "split": "calibration"}
                {"prompt": "Is it good?", "choices": [" no", " yes"], "label": 1}
                """);

        assertThat(JsonLines.read(file))
                .containsExactly(
                        new TextSample("good", null, List.of(), 1, false),
                        new TextSample("bäd", null, List.of(), null, false),
                        new TextSample("kept", null, List.of(), null, true),
                        new TextSample(null, "Is it good?", List.of(" no", " yes"), 1, false));
        assertThat(JsonLines.check(file)).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"text\": \"a\", \"colour\": 1}                      | unknown fields [colour]",
                "{\"label\": 1}                                        | either 'text' or 'prompt'",
                "{\"text\": \"a\", \"prompt\": \"b\"}                  | either 'text' or 'prompt'",
                "{\"text\": 3}                                         | 'text' must be a string",
                "{\"text\": \"\"}                                      | 'text' must be a string",
                "{\"text\": \"a\", \"text\": \"b\"}                    | Duplicate",
                "{\"text\": \"a\"} {\"text\": \"b\"}                   | no JSON object",
                "{\"text\": \"a\", \"label\": -1}                      | 'label' must be a whole number",
                "{\"text\": \"a\", \"label\": 1.5}                     | 'label' must be a whole number",
                "{\"text\": \"a\", \"label\": 99999999999}             | 'label' must be a whole number",
                "{\"text\": \"a\", \"split\": \"test\"}                | has the split 'test'",
                "{\"text\": \"a\", \"choices\": [\"x\", \"y\"]}        | go with 'prompt'",
                "{\"prompt\": \"a\", \"choices\": [\"x\"]}             | 'choices' must be 2",
                "{\"prompt\": \"a\", \"choices\": [\"x\", 2]}          | each of 'choices'",
                "{\"prompt\": \"a\", \"choices\": [\"x\", \"y\"], \"label\": 2} | from 0 to 1",
                "[\"text\"]                                            | no JSON object",
                "numbers                                               | no JSON object",
                "``                                                    | is empty"
            })
    void aMalformedLineIsNamed(String line, String wrong) throws Exception {
        Path file = file("{\"text\": \"fine\"}\n" + line + "\n");

        assertThatThrownBy(() -> JsonLines.read(file))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContaining("Line 2 ")
                .hasMessageContaining(wrong);
    }

    @Test
    void aLineThatIsNoUtf8OrTooLongIsNamed() throws Exception {
        Path latin = folder.resolve("latin");
        Files.write(latin, new byte[] {'{', '"', 't', (byte) 0xe4, '\n'});
        Path endless = file("{\"text\": \"" + "a".repeat(JsonLines.MAX_LINE_BYTES));

        assertThatThrownBy(() -> JsonLines.read(latin))
                .hasMessageContaining("Line 1 ")
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> JsonLines.read(endless)).hasMessageContaining("longer than 1,048,576 bytes");
    }

    @Test
    void anEmptyFileIsNoDataset() throws Exception {
        assertThatThrownBy(() -> JsonLines.read(file(""))).hasMessageContaining("empty");
    }

    @Property(tries = 300)
    void anyBytesAreReadOrRefused(@ForAll @Size(max = 200) byte[] bytes) throws IOException {
        Path file = Files.createTempFile("lines", ".jsonl");
        try {
            Files.write(file, bytes);
            assertThatThrownBy(() -> JsonLines.read(file)).isInstanceOf(InvalidDatasetException.class);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void markedLinesAreForCalibrationElseTheLastTextsInTheOrderOfUse() throws Exception {
        Path marked = file("""
                {"text": "a", "split": "calibration"}
                {"text": "b"}
                {"prompt": "c", "choices": ["x", "y"]}
                """);
        TextSamples.Part some = TextSamples.read(marked, evaluation(1), 0).choice();
        assertThat(some.texts()).extracting(TextSample::text).containsExactly("b");
        assertThat(some.prompts()).extracting(TextSample::prompt).containsExactly("c");

        TextSamples last = TextSamples.read(
                file(IntStream.range(0, 50)
                        .mapToObj("{\"text\": \"%d\"}\n"::formatted)
                        .collect(Collectors.joining())),
                evaluation(8),
                0);
        assertThat(last.choice().texts()).hasSize(21);
        assertThat(last.heldOut().texts()).hasSize(21);
        int[] order = SampleOrder.of(50, null, 0);
        assertThat(Stream.concat(last.choice().texts().stream(), last.heldOut().texts().stream()))
                .extracting(TextSample::text)
                .containsExactlyElementsOf(
                        Arrays.stream(order, 0, 42).mapToObj(String::valueOf).toList());
    }

    @Test
    void everyPartHasPromptsOfEachAnswerThoughTheFileIsSortedByThem() throws Exception {
        TextSamples samples = TextSamples.read(
                file(IntStream.range(0, 40)
                        .mapToObj(i -> "{\"prompt\": \"%d\", \"choices\": [\"x\", \"y\"], \"label\": %d}\n"
                                .formatted(i, i / 20))
                        .collect(Collectors.joining())),
                evaluation(8),
                0);
        for (TextSamples.Part part : List.of(samples.choice(), samples.heldOut())) {
            assertThat(part.prompts()).hasSize(20);
            assertThat(part.prompts())
                    .filteredOn(prompt -> Objects.equals(prompt.label(), 1))
                    .hasSize(10);
        }
    }

    private static Evaluation evaluation(int calibrationSamples) {
        return new Evaluation(new Evaluation.Dataset("oci://r/d:1", null), null, 1_000, calibrationSamples, null);
    }

    private Path file(String lines) throws IOException {
        return Files.writeString(folder.resolve("lines.jsonl"), lines);
    }
}
