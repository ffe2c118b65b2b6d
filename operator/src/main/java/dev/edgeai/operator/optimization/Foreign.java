package dev.edgeai.operator.optimization;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

/**
 * Something that looks like the run's and was not made by the operator. It is told and otherwise let be.
 *
 * @param uid of the object
 * @param message what it is, why it does not count, and the next step
 */
record Foreign(String uid, String message) {
    static Foreign of(Job job) {
        return new Foreign(
                job.getMetadata().getUid(),
                "Job %s is not one that this operator made (it has no seal of it, or runs something else); nothing it reports counts, and it is left alone; delete it if nobody needs it"
                        .formatted(place(job)));
    }

    static Foreign of(Pod pod, String why) {
        return new Foreign(
                pod.getMetadata().getUid(),
                "pod %s is not as the operator gave it: %s; nothing it reports counts; if an admission webhook changes pods here, exempt those with app.kubernetes.io/managed-by=edgeai-operator from it"
                        .formatted(place(pod), why));
    }

    private static String place(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }
}
