package dev.edgeai.operator.delivery;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

import java.util.Map;

/** The two Services of a target: the stable one that users call, and the preview that reaches the candidate only. */
public final class ServingServices {
    /** Port that clients call. */
    public static final int PORT = 80;

    private ServingServices() {}

    /** The stable Service over the pods that {@code selector} selects. */
    public static Service stable(ServedTarget target, Map<String, String> selector) {
        return service(target, Names.stableService(target.ref()), selector);
    }

    /** The preview Service, pinned to one revision. */
    public static Service preview(ServedTarget target, String revision) {
        return service(target, Names.previewService(target.ref()), target.ref().revision(revision));
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
