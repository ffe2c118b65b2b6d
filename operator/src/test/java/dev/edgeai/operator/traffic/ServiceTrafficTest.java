package dev.edgeai.operator.traffic;

import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.traffic.TrafficMode;
import dev.edgeai.planner.traffic.TrafficMode.Only;
import dev.edgeai.planner.traffic.TrafficMode.Split;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class ServiceTrafficTest {
    private static final TargetRef TARGET = new TargetRef("vision", "digits", "cpu");
    private static final Map<String, String> PODS =
            Map.of("b1", "blue", "b2", "blue", "b3", "blue", "g1", "green", "old1", "old");
    private static final Only BLUE = new Only("blue");
    private static final Only GREEN = new Only("green");
    private static final Split BOTH = new Split("blue", "green", 50);

    private final List<Service> written = new ArrayList<>();
    private final ServiceTraffic traffic = new ServiceTraffic(written::add);

    static Stream<Arguments> whatIsSeen() {
        return Stream.of(
                arguments("no Service", null, List.of(), Optional.empty()),
                arguments("pinned, endpoints as wanted", BLUE, List.of("b1", "b2"), Optional.of(BLUE)),
                arguments("pinned, no pod ready: it is still where requests go", BLUE, List.of(), Optional.of(BLUE)),
                arguments("pinned to a revision without pods", new Only("gone"), List.of(), Optional.empty()),
                arguments(
                        "pinned to blue, but green's endpoint is not gone yet",
                        BLUE,
                        List.of("b1", "b2", "b3", "g1"),
                        Optional.of(new Split("blue", "green", 25))),
                arguments(
                        "pinned to green, but only blue's endpoints are there yet",
                        GREEN,
                        List.of("b1", "b2"),
                        Optional.of(new Split("blue", "green", 0))),
                arguments("shared", BOTH, List.of("b1", "g1"), Optional.of(new Split("blue", "green", 50))),
                arguments(
                        "shared, three to one",
                        BOTH,
                        List.of("b1", "b2", "b3", "g1"),
                        Optional.of(new Split("blue", "green", 25))),
                arguments(
                        "shared, an unready endpoint gets nothing",
                        BOTH,
                        List.of("b1", "-b2", "g1"),
                        Optional.of(new Split("blue", "green", 50))),
                arguments("shared, nothing ready", BOTH, List.of("-b1", "-g1"), Optional.empty()),
                arguments(
                        "shared, an unknown pod is not counted",
                        BOTH,
                        List.of("b1", "stranger"),
                        Optional.of(new Split("blue", "green", 0))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatIsSeen")
    void tellsTheTrueWeight(
            String name, @Nullable TrafficMode selector, List<String> endpoints, Optional<TrafficMode> expected) {
        TrafficView seen = new TrafficView(
                Optional.ofNullable(selector).map(ServiceTrafficTest::service), List.of(slice(endpoints)), PODS);
        assertThat(traffic.observe(seen, Optional.of("blue"), Optional.of("green")))
                .isEqualTo(expected);
    }

    private static Service service(TrafficMode mode) {
        return new ServiceBuilder()
                .withNewSpec()
                .withSelector(ServiceTraffic.selector(TARGET, mode))
                .endSpec()
                .build();
    }

    /** One endpoint for each pod; a leading minus means not ready. */
    private static EndpointSlice slice(List<String> pods) {
        EndpointSliceBuilder slice = new EndpointSliceBuilder();
        for (String pod : pods) {
            slice.addNewEndpoint()
                    .withNewTargetRef()
                    .withKind("Pod")
                    .withName(pod.replace("-", ""))
                    .endTargetRef()
                    .withNewConditions()
                    .withReady(!pod.startsWith("-"))
                    .endConditions()
                    .endEndpoint();
        }
        return slice.build();
    }
}
