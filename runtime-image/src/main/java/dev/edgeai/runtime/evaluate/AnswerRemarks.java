package dev.edgeai.runtime.evaluate;

import dev.edgeai.api.v1alpha1.value.Estimate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a reader should know of a classifier's answers before a share of them that is kept impresses anyone. */
final class AnswerRemarks {
    /** Classes that are named; of more only the number. */
    private static final int NAMED = 8;

    /**
     * Remarks, a sentence each.
     *
     * @param answers a class of each sample
     * @param labels the right ones, where they are known
     * @param scores classes that the model has a score for; 0 where it does not tell
     */
    static List<String> of(int[] answers, Optional<long[]> labels, int scores) {
        List<String> remarks = new ArrayList<>();
        if (constant(answers)) {
            remarks.add("the source answers all %d samples with class %d".formatted(answers.length, answers[0]));
        }
        labels.ifPresent(right -> {
            chance(answers, right).ifPresent(remarks::add);
            missing(right, scores).ifPresent(remarks::add);
        });
        return remarks;
    }

    static boolean constant(int[] answers) {
        return Arrays.stream(answers).distinct().count() == 1;
    }

    private static Optional<String> chance(int[] answers, long[] labels) {
        Map<Long, Integer> counts = new HashMap<>();
        Arrays.stream(labels).forEach(label -> counts.merge(label, 1, Integer::sum));
        double commonest = counts.values().stream().mapToInt(i -> i).max().orElseThrow() / (double) labels.length;
        Estimate accuracy = Quality.accuracy(answers, labels);
        return counts.size() == 1 || accuracy.lower().asDouble() > commonest
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "the source is right in %.1f %% of %d samples, which is not clearly better than to answer always"
                                + " with the commonest class (%.1f %%): to keep its accuracy says little",
                        100 * accuracy.value().asDouble(),
                        labels.length,
                        100 * commonest));
    }

    private static Optional<String> missing(long[] labels, int scores) {
        int classes =
                Math.max(scores, Math.toIntExact(1 + Arrays.stream(labels).max().orElseThrow()));
        boolean[] met = new boolean[classes];
        Arrays.stream(labels).forEach(label -> met[(int) label] = true);
        List<Integer> missing =
                IntStream.range(0, classes).filter(c -> !met[c]).boxed().toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("%d of %d classes have no sample among %d (%s%s): nothing is known of them"
                        .formatted(
                                missing.size(),
                                classes,
                                labels.length,
                                missing.stream()
                                        .limit(NAMED)
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", ")),
                                missing.size() > NAMED ? ", …" : ""));
    }

    private AnswerRemarks() {}
}
