package dev.edgeai.planner.rollout;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.v1alpha1.Estimate;
import dev.edgeai.api.v1alpha1.Verdict;
import org.junit.jupiter.api.Test;

import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class WarmupVerdictTest {
    private static final Optional<Estimate> CERTIFIED = Optional.of(Estimate.of(0.98, 0.97, 0.99, 1000));

    private static WarmupVerdict verdict(int requests, int failed, double lower, double upper, long p95) {
        Estimate quality = Estimate.of((lower + upper) / 2, lower, upper, requests);
        return WarmupVerdict.of(
                new WarmupResult(requests, failed, quality, p95, failed > 0 ? "503" : null), CERTIFIED, 1000);
    }

    @Test
    void answers_within_the_certified_quality_pass() {
        assertThat(verdict(200, 0, 0.94, 0.99, 5_000).verdict()).isEqualTo(Verdict.PASS);
        assertThat(verdict(200, 0, 0.995, 1, 5_000).verdict())
                .as("better is no fault")
                .isEqualTo(Verdict.PASS);
        assertThat(verdict(200, 0, 0.90, 0.97, 5_000).verdict())
                .as("intervals touch")
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void answers_below_the_certified_quality_fail() {
        WarmupVerdict verdict = verdict(200, 0, 0.10, 0.20, 5_000);
        assertThat(verdict.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(verdict.message()).contains("0.1500").contains("below the certified 0.9800");
    }

    @Test
    void one_failed_request_fails() {
        WarmupVerdict verdict = verdict(200, 1, 0.97, 0.99, 5_000);
        assertThat(verdict.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(verdict.message()).isEqualTo("1 of 200 warm-up requests failed; the first: 503");
    }

    @Test
    void only_gross_latency_fails() {
        assertThat(verdict(200, 0, 0.97, 0.99, 510_000).verdict()).isEqualTo(Verdict.PASS);
        assertThat(verdict(200, 0, 0.97, 0.99, 510_001).verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void too_few_answers_say_nothing() {
        assertThat(verdict(15, 0, 0.97, 0.99, 5_000).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void without_labels_only_the_answering_counts_and_the_message_says_so() {
        WarmupVerdict verdict = WarmupVerdict.of(new WarmupResult(200, 0, null, 5_000, null), CERTIFIED, 1000);
        assertThat(verdict.verdict()).isEqualTo(Verdict.PASS);
        assertThat(verdict.message()).contains("has no labels");
    }
}
