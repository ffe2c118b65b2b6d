package dev.edgeai.runtime.dataset;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * One line of a text dataset. Exactly one of {@code text} and {@code prompt} is there.
 *
 * @param text what is embedded, classified or predicted
 * @param prompt what a language model goes on from, with {@code choices}
 * @param choices the answers to choose from, two or more; empty with {@code text}
 * @param label class of the text, or index of the right choice; absent when unlabelled
 * @param calibration whether {@code "split": "calibration"} keeps it from the evaluation
 */
public record TextSample(
        @Nullable String text,
        @Nullable String prompt,
        List<String> choices,
        @Nullable Integer label,
        boolean calibration) {
    public TextSample {
        choices = List.copyOf(choices);
    }
}
