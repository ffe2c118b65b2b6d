package dev.edgeai.operator.ownership;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;

import java.io.Serial;

/** An object with a name that is needed exists and belongs to somebody else. It is left as it is. */
public final class NameTakenException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String sentence;

    /**
     * @param wanted what was to be written
     * @param taken what is there
     */
    public NameTakenException(HasMetadata wanted, HasMetadata taken) {
        this(isOrphan(wanted, taken) ? orphan(taken) : sentence(taken));
    }

    public NameTakenException(String sentence) {
        super(sentence);
        this.sentence = sentence;
    }

    /** Which object, whose it is, and what to do. */
    public String sentence() {
        return sentence;
    }

    /** Everything but the owner is as the operator wrote it, and anybody can write that. */
    private static boolean isOrphan(HasMetadata wanted, HasMetadata taken) {
        return Ownership.controller(taken).isEmpty()
                && taken.getMetadata().getLabels() != null
                && taken.getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(wanted.getMetadata().getLabels().entrySet());
    }

    private static String orphan(HasMetadata taken) {
        return "%s %s has the labels of this model and no ownerReference to it: nobody can tell whose it is, and it is left as it is; delete it, and it is made anew"
                .formatted(taken.getKind(), taken.getMetadata().getName());
    }

    private static String sentence(HasMetadata taken) {
        String owner =
                Ownership.controller(taken).map(NameTakenException::named).orElse("nothing of this model");
        return "%s %s belongs to %s and is left as it is; rename the target, or delete that %s"
                .formatted(taken.getKind(), taken.getMetadata().getName(), owner, taken.getKind());
    }

    private static String named(OwnerReference owner) {
        return owner.getKind() + " " + owner.getName();
    }
}
