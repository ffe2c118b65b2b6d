package dev.edgeai.operator.delivery;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Services of a target: the stable one that users call, the preview that reaches the candidate only, and while
 * probes are sent the one that reaches only the version it is compared with.
 */
public final class ServingServices {
    /** Port that clients call. */
    public static final int PORT = 80;

    /**
     * Annotation of the stable Service: the status of the target as it follows from the write that took traffic back. A
     * process that dies after that write and before the status is written is continued from here.
     */
    public static final String INTENT = "edgeai.dev/rollback-intent";

    private ServingServices() {}

    /** The stable Service over the pods that {@code selector} selects. */
    public static Service stable(ServedTarget target, Map<String, String> selector, Optional<String> intent) {
        Service service = service(target, ObjectNames.stableService(target.ref()), selector);
        intent.ifPresent(text -> service.getMetadata().setAnnotations(Map.of(INTENT, text)));
        return service;
    }

    /** The preview Service, pinned to one revision. */
    public static Service preview(ServedTarget target, String revision) {
        return service(
                target, ObjectNames.previewService(target.ref()), target.ref().revision(revision));
    }

    /** The Service that probes reach the version by that another is compared with; no user knows it. */
    public static Service reference(ServedTarget target, String revision) {
        return service(
                target, ObjectNames.referenceService(target.ref()), target.ref().revision(revision));
    }

    /**
     * Whether requests to the Service's address come to ready pods, at the port that they listen on. Of its type only one
     * that leads elsewhere is wrong: a NodePort or a load balancer in front is a choice of those who run the cluster.
     */
    public static boolean leadsToPods(Service service) {
        return !isElsewhere(service)
                && !Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses())
                && hasPort(service);
    }

    /** What is to be applied over the one that was seen: its type is named only where it has to be set right. */
    public static Service over(Optional<Service> seen, Service wanted) {
        return seen.filter(ServingServices::isElsewhere).isEmpty()
                ? wanted
                : new ServiceBuilder(wanted)
                        .editSpec()
                        .withType("ClusterIP")
                        .endSpec()
                        .build();
    }

    private static boolean isElsewhere(Service service) {
        return service.getSpec() == null
                || "ExternalName".equals(service.getSpec().getType());
    }

    private static boolean hasPort(Service service) {
        return Optional.ofNullable(service.getSpec()).map(ServiceSpec::getPorts).stream()
                .flatMap(List::stream)
                .filter(port -> Integer.valueOf(PORT).equals(port.getPort()))
                .map(ServicePort::getTargetPort)
                .anyMatch(new IntOrString(ServingDeployment.PORT)::equals);
    }

    private static Service service(ServedTarget target, String name, Map<String, String> selector) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(target.ref().namespace())
                .withLabels(target.ref().labels())
                .withOwnerReferences(target.owner())
                .endMetadata()
                .withNewSpec()
                .withSelector(selector)
                .withPublishNotReadyAddresses(false)
                .addNewPort()
                .withName("http")
                .withAppProtocol("http")
                .withProtocol("TCP")
                .withPort(PORT)
                .withNewTargetPort(ServingDeployment.PORT)
                .endPort()
                .endSpec()
                .build();
    }
}
