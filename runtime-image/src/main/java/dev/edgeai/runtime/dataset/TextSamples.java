package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A text dataset in its parts. Lines marked {@code "split": "calibration"} are for calibration and are never evaluated;
 * where none with a text is marked, the last {@code calibrationSamples} of them in the {@linkplain SampleOrder order of
 * use} are. Texts and prompts are split each on their own, as {@link Split} says.
 *
 * @param choice variants are chosen by it
 * @param heldOut for the final gate only
 */
public record TextSamples(Part choice, Part heldOut) {
    /**
     * Lines to evaluate.
     *
     * @param texts lines with a text
     * @param prompts lines with a prompt
     */
    public record Part(List<TextSample> texts, List<TextSample> prompts) {
        public Part {
            texts = List.copyOf(texts);
            prompts = List.copyOf(prompts);
        }
    }

    /**
     * Reads and splits.
     *
     * @param seed that splits
     * @throws InvalidDatasetException as {@link JsonLines#read}
     */
    public static TextSamples read(Path file, Evaluation evaluation, long seed) {
        return split(JsonLines.read(file), evaluation, seed);
    }

    static TextSamples split(List<TextSample> lines, Evaluation evaluation, long seed) {
        boolean marked = lines.stream().anyMatch(line -> line.text() != null && line.calibration());
        List<TextSample> texts = evaluated(lines, line -> line.text() != null);
        List<TextSample> prompts = evaluated(lines, line -> line.prompt() != null);
        Split ofTexts =
                Split.of(texts.size(), labels(texts), marked ? 0 : evaluation.calibrationSamples(), evaluation, seed);
        Split ofPrompts = Split.of(prompts.size(), labels(prompts), 0, evaluation, seed);
        return new TextSamples(
                new Part(at(texts, ofTexts.choice()), at(prompts, ofPrompts.choice())),
                new Part(at(texts, ofTexts.heldOut()), at(prompts, ofPrompts.heldOut())));
    }

    private static List<TextSample> evaluated(List<TextSample> lines, Predicate<TextSample> kind) {
        return lines.stream().filter(kind).filter(line -> !line.calibration()).toList();
    }

    /** Of all, or absent. */
    private static long @Nullable [] labels(List<TextSample> lines) {
        return lines.stream().anyMatch(line -> line.label() == null)
                ? null
                : lines.stream()
                        .mapToLong(line -> Objects.requireNonNull(line.label()))
                        .toArray();
    }

    private static List<TextSample> at(List<TextSample> lines, int[] indices) {
        return Arrays.stream(indices).mapToObj(lines::get).toList();
    }
}
