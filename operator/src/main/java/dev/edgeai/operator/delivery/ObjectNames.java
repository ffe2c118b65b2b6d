package dev.edgeai.operator.delivery;

import dev.edgeai.api.v1alpha1.Labels;
import dev.edgeai.planner.Fingerprints;
import io.fabric8.kubernetes.api.model.HasMetadata;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * ObjectNames of the objects of a target. The same input gives the same name, so a name holds the intent; and no two targets
 * of a namespace have a name in common (docs/decisions/names.md).
 */
public final class ObjectNames {
    /** Longest name of a Service, and longest value of a label. */
    private static final int MAX_LENGTH = 63;

    private static final int HASH_LENGTH = 8;
    private static final int RUN_HASH_LENGTH = 10;

    /** Stands in the name of no model and no target. */
    private static final String SEPARATOR = "/";

    private ObjectNames() {}

    /**
     * Name of the Service that users call, {@code <model>-<target>}: an address that people write down, so it has no hash
     * where it can do without. {@code a}/{@code b-c} and {@code a-b}/{@code c} have it in common; the first to make it
     * owns it.
     */
    public static String stableService(TargetRef target) {
        return plain(target, "");
    }

    /** Name of the Service that reaches the candidate only. */
    public static String previewService(TargetRef target) {
        return own(target, "-preview");
    }

    public static String deployment(TargetRef target, String revision) {
        return own(target, "-" + revision);
    }

    public static String warmupJob(TargetRef target, String revision) {
        return own(target, "-" + revision + "-warmup");
    }

    /** Name of the Job that sends probes to this revision and to the one it is compared with. */
    public static String probeJob(TargetRef target, String revision) {
        return own(target, "-" + revision + "-probe");
    }

    /**
     * Name of the Job that looks at the tag of a model's source.
     *
     * @param since what tells this look from the model's others
     */
    public static String resolveJob(String model, String since) {
        String end = "-resolve-" + Fingerprints.hex(HASH_LENGTH, model + SEPARATOR + since);
        return kept(dnsLabel(model), end) + end;
    }

    /** The name with a part that only the operator knows before it is used. */
    public static String unguessable(String name, String secret) {
        String end = "-" + secret;
        return kept(name, end) + end;
    }

    /** Name of the Service that reaches only the version a candidate is compared with. */
    public static String referenceService(TargetRef target) {
        return own(target, "-reference");
    }

    public static String disruptionBudget(TargetRef target) {
        return own(target, "");
    }

    public static String candidateBudget(TargetRef target) {
        return own(target, "-candidate");
    }

    /** Name of the run with this fingerprint of its inputs. */
    public static String run(TargetRef target, String fingerprint) {
        String suffix = "-" + Fingerprints.hex(RUN_HASH_LENGTH, identity(target) + SEPARATOR + fingerprint);
        return kept(label(target), suffix) + suffix;
    }

    /**
     * Whether an object that says by its labels that it serves this target has a name that only this target gives: a label
     * that was changed by hand makes nobody else's object of it. The names of earlier versions count, so that what serves
     * goes on serving after an upgrade.
     */
    public static boolean isOf(TargetRef target, HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        String revision = labels == null ? "" : labels.getOrDefault(Labels.REVISION, "");
        return serving(target, revision).contains(object.getMetadata().getName());
    }

    private static Set<String> serving(TargetRef target, String revision) {
        return Stream.of("", "-preview", "-candidate", "-reference", "-" + revision)
                .flatMap(suffix -> Stream.of(own(target, suffix), plain(target, suffix)))
                .collect(Collectors.toSet());
    }

    /** {@code <model>-<target>-<hash of both><suffix>}. */
    private static String own(TargetRef target, String suffix) {
        String end = "-" + Fingerprints.hex(HASH_LENGTH, identity(target)) + suffix;
        return kept(label(target), end) + end;
    }

    /**
     * {@code <model>-<target><suffix>} as a DNS-1035 label. What does not fit (dots, a leading digit, over 63
     * characters) is changed, and a hash keeps the name unique.
     */
    private static String plain(TargetRef target, String suffix) {
        String stem = target.model() + "-" + target.target();
        String label = label(target);
        if (label.equals(stem) && label.length() <= MAX_LENGTH - suffix.length()) {
            return label + suffix;
        }
        String end = "-" + Fingerprints.hex(HASH_LENGTH, stem) + suffix;
        return kept(label, end) + end;
    }

    private static String identity(TargetRef target) {
        return target.model() + SEPARATOR + target.target();
    }

    private static String label(TargetRef target) {
        return dnsLabel(target.model() + "-" + target.target());
    }

    private static String dnsLabel(String name) {
        String label = name.replace('.', '-');
        return Character.isLetter(label.charAt(0)) ? label : "m-" + label;
    }

    /** As much of a label as fits in front of this end. */
    private static String kept(String label, String end) {
        return label.substring(0, Math.min(label.length(), MAX_LENGTH - end.length()))
                .replaceAll("-+$", "");
    }
}
