package dev.edgeai.operator.ownership;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;

import java.util.List;
import java.util.Optional;

/** Whose an object is: what its controller reference says, whatever its name and labels say. */
public final class Ownership {
    private Ownership() {}

    public static Optional<OwnerReference> controller(HasMetadata object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        return owners == null
                ? Optional.empty()
                : owners.stream()
                        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                        .findFirst();
    }

    /** Whether the object with this UID controls it. */
    public static boolean isControlledBy(HasMetadata object, String uid) {
        return controller(object).filter(owner -> uid.equals(owner.getUid())).isPresent();
    }

    /** Whether both have the same controller. */
    static boolean isShared(HasMetadata one, HasMetadata other) {
        return controller(one)
                .filter(owner -> isControlledBy(other, owner.getUid()))
                .isPresent();
    }
}
