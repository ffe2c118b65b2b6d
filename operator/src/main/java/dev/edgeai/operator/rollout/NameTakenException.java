package dev.edgeai.operator.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;

import java.io.Serial;

/** An object with a name that is needed exists and belongs to somebody else. It is left as it is. */
final class NameTakenException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String sentence;

    NameTakenException(HasMetadata taken) {
        this(sentence(taken));
    }

    private NameTakenException(String sentence) {
        super(sentence);
        this.sentence = sentence;
    }

    /** Which object, whose it is, and what to do. */
    String sentence() {
        return sentence;
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
