package dev.edgeai.runtime.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;

class SampleOrderTest {
    /** Optimizers must not calibrate with what is evaluated: their tests read the same file. */
    @Test
    void theOptimizersHaveTheSameOrder() throws Exception {
        JsonNode cases = new ObjectMapper().readTree(getClass().getResourceAsStream("/sample-order.json"));
        assertThat(cases).isNotEmpty();
        for (JsonNode c : cases) {
            assertThat(SampleOrder.of(
                            c.get("count").intValue(),
                            c.get("labels").isNull()
                                    ? null
                                    : StreamSupport.stream(c.get("labels").spliterator(), false)
                                            .mapToLong(JsonNode::longValue)
                                            .toArray(),
                            c.get("seed").longValue()))
                    .containsExactly(StreamSupport.stream(c.get("order").spliterator(), false)
                            .mapToInt(JsonNode::intValue)
                            .toArray());
        }
    }

    @Test
    void everyStretchHasEachClassInItsShareThoughTheFileIsSortedByClass() {
        int[] sizes = {1, 20, 79, 300, 600};
        long[] labels = IntStream.range(0, sizes.length)
                .boxed()
                .flatMapToLong(c -> Arrays.stream(new long[sizes[c]]).map(_ -> c))
                .toArray();
        int[] order = SampleOrder.of(labels.length, labels, 7);

        assertThat(order).doesNotHaveDuplicates().hasSize(labels.length);
        for (int from = 0; from < labels.length; from += 50) {
            for (int to = from + 1; to <= labels.length; to++) {
                int[] met = new int[sizes.length];
                for (int i = from; i < to; i++) {
                    met[(int) labels[order[i]]]++;
                }
                for (int c = 0; c < sizes.length; c++) {
                    double share = (double) sizes[c] * (to - from) / labels.length;
                    assertThat((double) met[c])
                            .as("class %d from %d to %d", c, from, to)
                            .isBetween(share - 4, share + 4);
                }
            }
        }
    }

    @Test
    void anotherSeedDrawsAnotherOrderAndTheSameOneTheSame() {
        assertThat(SampleOrder.of(100, null, 1)).isEqualTo(SampleOrder.of(100, null, 1));
        assertThat(SampleOrder.of(100, null, 1)).isNotEqualTo(SampleOrder.of(100, null, 2));
        assertThat(SampleOrder.of(100, null, 1))
                .isNotEqualTo(IntStream.range(0, 100).toArray());
    }
}
