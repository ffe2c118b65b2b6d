package dev.edgeai.operator.traffic;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What tells where requests go.
 *
 * @param service the stable Service
 * @param slices its EndpointSlices
 * @param revisionOfPod revision of each pod of the target, by the pod's name
 */
public record TrafficView(Optional<Service> service, List<EndpointSlice> slices, Map<String, String> revisionOfPod) {
    public TrafficView {
        slices = List.copyOf(slices);
        revisionOfPod = Map.copyOf(revisionOfPod);
    }

    /** Revisions of the endpoints that get requests, one for each. A Service without pods has a slice without a list. */
    public List<String> answering() {
        return slices.stream()
                .flatMap(slice -> Optional.ofNullable(slice.getEndpoints()).stream())
                .flatMap(List::stream)
                .filter(TrafficView::isReady)
                .flatMap(
                        endpoint -> Optional.ofNullable(endpoint.getTargetRef())
                                .map(ObjectReference::getName)
                                .map(revisionOfPod::get)
                                .stream())
                .toList();
    }

    /** The API's rule: an unknown {@code ready} counts as ready. */
    private static boolean isReady(Endpoint endpoint) {
        return endpoint.getConditions() == null
                || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
    }
}
