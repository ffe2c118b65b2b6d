package dev.edgeai.operator.traffic;

import io.fabric8.kubernetes.api.model.Service;
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
}
