package dev.edgeai.operator.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.api.v1alpha1.OptimizationRun;
import dev.edgeai.planner.Fingerprints;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.jspecify.annotations.Nullable;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells the operator's Jobs and their pods from what anybody else may make beside them. A Job carries what the operator
 * gave it (its pod template as sent) and a seal over that, its namespace, its name and its run, by a key that only the
 * operator has; so a Job is still known after a restart or an upgrade that would give it other images, and a seal that is
 * copied fits no other Job. See docs/decisions/signed-is-measured.md.
 */
public final class Seals {
    /** Annotation of a Job, a Deployment or a run: the seal. */
    public static final String SEAL = "edgeai.dev/seal";

    /** Annotation of a Job: its pod template as the operator sent it, JSON. */
    public static final String SEALED = "edgeai.dev/sealed-template";

    private static final String ALGORITHM = "HmacSHA256";
    private static final String OF_JOB = "job";
    private static final String OF_NAME = "name";
    private static final String OF_DEPLOYMENT = "deployment";
    private static final String OF_RUN = "run";
    private static final String OF_ROLLBACK = "rollback";
    private static final int NAME_BYTES = 5;

    private final Supplier<byte[]> key;

    public Seals(Supplier<byte[]> key) {
        this.key = key;
    }

    /** The Job with its seal, as it is to be made. */
    public Job seal(Job job) {
        String template = Json.write(Given.tree(job.getSpec().getTemplate()));
        return new JobBuilder(job)
                .editMetadata()
                .addToAnnotations(SEALED, template)
                .addToAnnotations(SEAL, hex(ofJob(job.getMetadata(), template)))
                .endMetadata()
                .build();
    }

    /** Whether the operator made this Job, for whichever run its template names, and it runs what the operator gave it. */
    public boolean isSealed(Job job) {
        return template(job).filter(given -> difference(given, job).isEmpty()).isPresent();
    }

    /**
     * The seal over what a Deployment's pods are.
     *
     * @param stored as the API server keeps it, with all that it fills in: what another release of Kubernetes fills in is
     *     no change by hand
     */
    public String of(Deployment stored) {
        return hex(ofDeployment(stored));
    }

    /** Whether its pods are what the operator gave it last, whoever wrote to it under whatever name. */
    public boolean isSealed(Deployment deployment) {
        return isSeal(deployment.getMetadata(), ofDeployment(deployment));
    }

    /** The run with its seal, as it is to be made for the model that owns it. */
    public OptimizationRun seal(OptimizationRun run, String modelUid) {
        run.setMetadata(new ObjectMetaBuilder(run.getMetadata())
                .addToAnnotations(SEAL, hex(ofRun(run, modelUid)))
                .build());
        return run;
    }

    /** Whether the operator made this run for the model. */
    public boolean isSealed(OptimizationRun run, String modelUid) {
        return isSeal(run.getMetadata(), ofRun(run, modelUid));
    }

    /**
     * The seal over a status that a rollback's traffic write carries along.
     *
     * @param service that carries it
     * @param modelUid of the EdgeModel whose status it is
     * @param before fingerprint of the status that it follows
     */
    public String ofRollback(ObjectMeta service, String modelUid, String before, JsonNode status) {
        return hex(mac(
                List.of(OF_ROLLBACK, service.getNamespace(), service.getName(), modelUid, before, canonical(status))));
    }

    /** Whether two seals are the same, told in the same time whatever they are. */
    public static boolean isSame(String right, String seal) {
        return MessageDigest.isEqual(right.getBytes(StandardCharsets.UTF_8), seal.getBytes(StandardCharsets.UTF_8));
    }

    /** The labels that the Job was given, whatever stands on the Job itself by now; of a sealed Job only. */
    public static Map<String, String> givenLabels(Job job) {
        return Optional.ofNullable(job.getSpec())
                .map(spec -> spec.getTemplate())
                .map(template -> template.getMetadata())
                .map(metadata -> metadata.getLabels())
                .orElse(Map.of());
    }

    /**
     * In what a pod is not the one that the Job's controller makes of what the operator gave.
     *
     * @param job sealed
     */
    public Optional<String> difference(Job job, Pod pod) {
        if (!isControlledBy(pod.getMetadata(), job.getMetadata().getUid())) {
            return Optional.of("the Job is not its controller");
        }
        return template(job)
                .map(given -> Given.difference(given.path("spec"), Given.tree(pod.getSpec())))
                .orElseGet(() -> Optional.of("its Job is not sealed"));
    }

    /** A part of a name that nobody else can know before it is used; the same each time. */
    public String unguessable(String runUid, String name) {
        byte[] mac = mac(List.of(OF_NAME, runUid, name));
        return HexFormat.of().formatHex(mac, 0, NAME_BYTES);
    }

    /** Whether the object has the one with this uid as its controller. */
    public static boolean isControlledBy(ObjectMeta object, String uid) {
        @Nullable List<OwnerReference> owners = object.getOwnerReferences();
        return owners != null
                && owners.stream()
                        .anyMatch(owner -> Boolean.TRUE.equals(owner.getController()) && uid.equals(owner.getUid()));
    }

    /** What the seal vouches for; absent when there is none or it is not the operator's. */
    private Optional<JsonNode> template(Job job) {
        @Nullable Map<String, String> annotations = job.getMetadata().getAnnotations();
        @Nullable String template = annotations == null ? null : annotations.get(SEALED);
        @Nullable String seal = annotations == null ? null : annotations.get(SEAL);
        if (template == null || seal == null) {
            return Optional.empty();
        }
        return isSame(hex(ofJob(job.getMetadata(), template)), seal)
                ? Json.find(template, JsonNode.class)
                : Optional.empty();
    }

    private static Optional<String> difference(JsonNode given, Job job) {
        if (job.getSpec() == null || job.getSpec().getTemplate() == null) {
            return Optional.of("it has no pod template");
        }
        JsonNode found = Given.tree(job.getSpec().getTemplate());
        JsonNode labels = given.path("metadata").path("labels");
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            if (!label.getValue().equals(found.path("metadata").path("labels").get(label.getKey()))) {
                return Optional.of("label " + label.getKey());
            }
        }
        return Given.difference(given.path("spec"), found.path("spec"));
    }

    private byte[] ofJob(ObjectMeta job, String template) {
        @Nullable Map<String, String> labels = job.getLabels();
        String run = labels == null ? "" : labels.getOrDefault(Labels.RUN_UID, "");
        return mac(List.of(OF_JOB, job.getNamespace(), job.getName(), run, template));
    }

    /** Not of the template's annotations, which change nothing of a pod: {@code kubectl rollout restart} writes there. */
    private byte[] ofDeployment(Deployment deployment) {
        JsonNode template = Given.tree(deployment).path("spec").path("template");
        return mac(List.of(
                OF_DEPLOYMENT,
                deployment.getMetadata().getNamespace(),
                deployment.getMetadata().getName(),
                canonical(template.path("metadata").path("labels")),
                canonical(template.path("spec"))));
    }

    private static String canonical(JsonNode node) {
        return node.isObject() ? Fingerprints.canonicalJson(node) : "";
    }

    private byte[] ofRun(OptimizationRun run, String modelUid) {
        return mac(List.of(
                OF_RUN,
                run.getMetadata().getNamespace(),
                run.getMetadata().getName(),
                modelUid,
                Fingerprints.canonicalJson(run.getSpec())));
    }

    private static boolean isSeal(ObjectMeta object, byte[] right) {
        @Nullable Map<String, String> annotations = object.getAnnotations();
        @Nullable String seal = annotations == null ? null : annotations.get(SEAL);
        return seal != null && isSame(hex(right), seal);
    }

    /** Of the parts with their lengths, so that none can run over into the next. */
    private byte[] mac(List<String> parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.get(), ALGORITHM));
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                mac.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                mac.update(bytes);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
