package dev.edgeai.api.v1alpha1.gate;

import org.junit.jupiter.api.Test;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;

class GateTest {
    @Test
    void every_field_of_the_gates_has_its_name_and_no_other_name_is_there() {
        assertThat(Gate.values())
                .extracting(Gate::toString)
                .containsExactlyElementsOf(Arrays.stream(Gates.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
    }
}
