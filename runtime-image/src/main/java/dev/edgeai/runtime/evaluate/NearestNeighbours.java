package dev.edgeai.runtime.evaluate;

import dev.edgeai.runtime.dataset.InvalidDatasetException;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Classes by nearest neighbours (Cover and Hart 1967), leave one out: each sample gets the class of most of its {@value
 * #K} nearest others by cosine; of equally many, the class whose neighbours are nearer in sum.
 */
final class NearestNeighbours {
    static final int K = 10;

    /** Each is compared with each other. */
    static final int MAX_SAMPLES = 20_000;

    private NearestNeighbours() {}

    private record Neighbour(long label, double similarity) {}

    /** The class each sample gets from the others. */
    static int[] answers(float[][] vectors, long[] labels) {
        if (vectors.length > MAX_SAMPLES) {
            throw new InvalidDatasetException(
                    "Nearest neighbours are looked for among at most %,d samples; lower".formatted(MAX_SAMPLES)
                            + " evaluation.samples.");
        }
        int[] answers = new int[vectors.length];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = vote(nearest(vectors, labels, i));
        }
        return answers;
    }

    private static Iterable<Neighbour> nearest(float[][] vectors, long[] labels, int sample) {
        PriorityQueue<Neighbour> nearest =
                new PriorityQueue<>(K + 1, Comparator.comparingDouble(Neighbour::similarity));
        for (int other = 0; other < vectors.length; other++) {
            if (other != sample) {
                nearest.add(new Neighbour(labels[other], Similarity.of(vectors[sample], vectors[other])));
                if (nearest.size() > K) {
                    nearest.remove();
                }
            }
        }
        return nearest;
    }

    /** A vote is worth 1, and next to nothing more for being near. */
    private static int vote(Iterable<Neighbour> neighbours) {
        Map<Long, Double> votes = new HashMap<>();
        neighbours.forEach(
                neighbour -> votes.merge(neighbour.label(), 1 + neighbour.similarity() / 1_000, Double::sum));
        List<Map.Entry<Long, Double>> ranked = votes.entrySet().stream()
                .sorted(Map.Entry.<Long, Double>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .toList();
        return Math.toIntExact(ranked.getFirst().getKey());
    }
}
