package dev.edgeai.operator.config;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric;
import dev.edgeai.api.v1alpha1.rollout.AnalysisMetric.PrometheusQuery;
import dev.edgeai.operator.config.PrometheusAddresses.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class PrometheusAddressesTest {
    private final PrometheusAddresses addresses = PrometheusAddresses.of(new OperatorConfig.Prometheus(
            "http://prometheus.monitoring:9090", List.of("https://metrics.example/team-a/", "http://[fd00::1]:9090")));

    @ParameterizedTest
    @CsvSource({
        "http://prometheus.monitoring:9090, http://prometheus.monitoring:9090",
        "HTTP://Prometheus.Monitoring:9090/, http://prometheus.monitoring:9090",
        "https://metrics.example/team-a, https://metrics.example:443/team-a",
        "https://metrics.example:443/team-a/, https://metrics.example:443/team-a",
        "http://[FD00::1]:9090, http://[fd00::1]:9090",
    })
    void whatIsAllowedIsComparedAsItWouldBeCalled(String address, String called) {
        assertThat(addresses.check(Optional.of(address))).isEqualTo(new Answer.Allowed(called));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254",
                "http://kubernetes.default.svc:9090",
                "http://prometheus.monitoring",
                "https://prometheus.monitoring:9090",
                "http://prometheus.monitoring:9090/admin",
                "http://prometheus.monitoring:9090@evil.example",
                "http://evil.example#@prometheus.monitoring:9090",
                "http://evil.example?http://prometheus.monitoring:9090",
                "http://prometheus.monitoring:9090?x=",
                "http://prometheus.monitoring:9090#",
                "http://prometheus.monitoring.evil.example:9090",
                "http://evil.example\\@prometheus.monitoring:9090",
                "http://prometheus.monitoring:9090\n",
                "http://prometheus.monitoring.:9090",
                "https://metrics.example",
                "https://metrics.example/team-b",
                "https://metrics.example/team-a/../team-b",
                "https://metrics.example/team-a/%2e%2e/team-b",
                "https://metrics.example/team-a//",
                "https://metrics.example/team-a/b",
                "https://metrics.example/team-a;b",
                "https://metrics.example/team%2da",
                "ftp://prometheus.monitoring:9090",
                "file:///etc/passwd",
                "prometheus.monitoring:9090",
                "//prometheus.monitoring:9090",
                "http:prometheus.monitoring:9090",
                "http://",
                "http://prometheus.monitoring:99999",
                "http://prometheus.monitoring:0",
            })
    void everythingElseIsRefusedWithTheList(String address) {
        assertThat(addresses.check(Optional.of(address)))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.message())
                                .contains("'" + address + "' is refused")
                                .contains("http://prometheus.monitoring:9090, https://metrics.example/team-a/")
                                .contains("prometheus.allowed"));
    }

    @Test
    void withoutAnAddressTheOperatorsOwnIsAsked() {
        assertThat(addresses.check(Optional.empty()))
                .isEqualTo(new Answer.Allowed("http://prometheus.monitoring:9090"));
        assertThat(none().check(Optional.empty()))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.message()).contains("there is no Prometheus to ask"));
    }

    @Test
    void aMetricThatCanNeverBeReadIsToldBeforeItIsAsked() {
        List<AnalysisMetric> metrics =
                List.of(metric("mine", "http://prometheus.monitoring:9090"), metric("theirs", "http://10.0.0.1"));
        assertThat(addresses.problem(metrics))
                .hasValueSatisfying(problem ->
                        assertThat(problem).contains("analysis metric theirs").doesNotContain("mine"));
        assertThat(addresses.problem(metrics.subList(0, 1))).isEmpty();
        assertThat(addresses.problem(List.of())).isEmpty();
    }

    private static PrometheusAddresses none() {
        return PrometheusAddresses.of(new OperatorConfig.Prometheus(null, List.of()));
    }

    private static AnalysisMetric metric(String name, String address) {
        return new AnalysisMetric(name, null, null, null, 1, 4, null, new PrometheusQuery("up", address));
    }
}
