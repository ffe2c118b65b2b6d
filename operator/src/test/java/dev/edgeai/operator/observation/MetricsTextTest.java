package dev.edgeai.operator.observation;

import dev.edgeai.operator.observation.MetricsText.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MetricsTextTest {
    @Test
    void readsWhatTheSpecificationShows() {
        // from the specification's own example
        String text = """
                # HELP http_requests_total The total number of HTTP requests.
                # TYPE http_requests_total counter
                http_requests_total{method="post",code="200"} 1027 1395066363000

                # Escaping in label values:
                msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
                metric_without_timestamp_and_labels 12.47
                something_weird{problem="division by zero"} +Inf -3982045
                http_request_duration_seconds_bucket{le="+Inf"} 144320
                """;
        assertThat(MetricsText.parse(text))
                .containsExactly(
                        new Sample("http_requests_total", Map.of("method", "post", "code", "200"), 1027),
                        new Sample(
                                "msdos_file_access_time_seconds",
                                Map.of("path", "C:\\DIR\\FILE.TXT", "error", "Cannot find file:\n\"FILE.TXT\""),
                                1.458255915e9),
                        new Sample("metric_without_timestamp_and_labels", Map.of(), 12.47),
                        new Sample("something_weird", Map.of("problem", "division by zero"), Double.POSITIVE_INFINITY),
                        new Sample("http_request_duration_seconds_bucket", Map.of("le", "+Inf"), 144320));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<html>", "name", "name{", "name{a=1} 2", "name{a=\"b} 2", "name 1 2 3", "name one", "{} 1"})
    void refusesWhatIsNotTheFormat(String line) {
        assertThatThrownBy(() -> MetricsText.parse(line)).isInstanceOf(IllegalArgumentException.class);
    }
}
