package dev.edgeai.runtime.dataset;

import java.nio.file.Path;
import java.util.List;

/**
 * A text dataset in its parts. Lines marked {@code "split": "calibration"} are for calibration and are never evaluated;
 * where none is marked, the last {@code calibrationSamples} lines with a text are.
 *
 * @param texts lines with a text to evaluate, in the file's order
 * @param calibration lines with a text that are not evaluated
 * @param prompts lines with a prompt to evaluate
 */
public record TextSamples(List<TextSample> texts, List<TextSample> calibration, List<TextSample> prompts) {
    public TextSamples {
        texts = List.copyOf(texts);
        calibration = List.copyOf(calibration);
        prompts = List.copyOf(prompts);
    }

    /**
     * Reads and splits.
     *
     * @throws InvalidDatasetException as {@link JsonLines#read}
     */
    public static TextSamples read(Path file, int calibrationSamples) {
        return split(JsonLines.read(file), calibrationSamples);
    }

    static TextSamples split(List<TextSample> all, int calibrationSamples) {
        List<TextSample> texts =
                all.stream().filter(sample -> sample.text() != null).toList();
        List<TextSample> prompts = all.stream()
                .filter(sample -> sample.prompt() != null && !sample.calibration())
                .toList();
        if (texts.stream().anyMatch(TextSample::calibration)) {
            return new TextSamples(
                    texts.stream().filter(sample -> !sample.calibration()).toList(),
                    texts.stream().filter(TextSample::calibration).toList(),
                    prompts);
        }
        int end = Math.max(0, texts.size() - calibrationSamples);
        return new TextSamples(texts.subList(0, end), texts.subList(end, texts.size()), prompts);
    }
}
