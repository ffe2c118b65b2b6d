package dev.edgeai.runtime.server.tensor;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

import java.math.BigDecimal;

import static org.assertj.core.api.Assertions.assertThat;

class Float16Test {
    /** None of the two neighbours is nearer; where one is as near, it is odd. */
    @Property(tries = 5000)
    void theNearestHalfIsTaken(@ForAll @DoubleRange(min = -65000, max = 65000) @Scale(12) double value) {
        isNearest(value);
    }

    @Property(tries = 5000)
    void theNearestSmallHalfIsTaken(@ForAll @DoubleRange(min = -1, max = 1) @Scale(12) double value) {
        isNearest(value / 10_000);
    }

    /** Every half with its neighbour, and the doubles around the middle of the two. */
    @Test
    void theMiddleOfTwoIsRoundedToTheEvenOneAndWhatIsBesideItIsNot() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            double middle = (half(bits) + half(bits + 1)) / 2;
            int even = bits % 2 == 0 ? bits : bits + 1;
            assertThat(Float16.of(middle)).isEqualTo((short) even);
            assertThat(Float16.of(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(Float16.of(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
        }
    }

    @Test
    void zeroKeepsItsSignAndTheLargestRoundedIsFinite() {
        assertThat(Float16.of(-0.0)).isEqualTo((short) 0x8000);
        assertThat(Float16.of(-1e-300)).isEqualTo((short) 0x8000);
        assertThat(Float16.of(Float16.LARGEST_ROUNDED)).isEqualTo((short) 0x7bff);
        assertThat(Float16.of(Math.nextUp(Float16.LARGEST_ROUNDED))).isEqualTo((short) 0x7c00);
    }

    private static void isNearest(double value) {
        short bits = Float16.of(value);
        BigDecimal distance = distance(bits, value);
        for (int neighbour : new int[] {bits - 1, bits + 1}) {
            if (Float.isFinite(Float.float16ToFloat((short) neighbour))) {
                assertThat(distance).isLessThanOrEqualTo(distance((short) neighbour, value));
            }
        }
    }

    private static BigDecimal distance(short bits, double value) {
        return new BigDecimal(half(bits)).subtract(new BigDecimal(value)).abs();
    }

    private static double half(int bits) {
        return Float.float16ToFloat((short) bits);
    }
}
