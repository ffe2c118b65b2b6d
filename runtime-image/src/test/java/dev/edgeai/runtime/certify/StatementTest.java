package dev.edgeai.runtime.certify;

import dev.edgeai.api.v1alpha1.value.Verdict;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class StatementTest {
    @Test
    void whatWasNotMeasuredIsNotCertifiedAsPassed() {
        Statement statement = Statement.of(Requests.of(
                "registry.example/models/digits@sha256:" + "a".repeat(64),
                "apple-silicon",
                List.of(),
                Verdict.NOT_MEASURED,
                Verdict.PASS));

        assertThat(statement.predicate().passedTests()).containsExactly("gate1");
        assertThat(statement.predicate().warnedTests()).containsExactly("gate0");
    }
}
