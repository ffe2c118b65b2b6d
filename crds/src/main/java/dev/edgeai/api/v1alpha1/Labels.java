package dev.edgeai.api.v1alpha1;

/** Labels and annotations, one name for one thing. */
public final class Labels {
    /** Before the slash of all of ours. */
    public static final String DOMAIN = "edgeai.dev";

    /** On everything the operator makes: {@code edgeai-operator}. */
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    public static final String MANAGER = "edgeai-operator";

    /** Name of the EdgeModel. */
    public static final String MODEL = "edgeai.dev/model";

    /** Name of the target within the EdgeModel. */
    public static final String TARGET = "edgeai.dev/target";

    /** Name of the OptimizationRun. */
    public static final String RUN = "edgeai.dev/run";

    /** Namespace of the OptimizationRun, on what stands in another namespace (certify Jobs). */
    public static final String RUN_NAMESPACE = "edgeai.dev/run-namespace";

    /** UID of the OptimizationRun: a run made anew under an old name does not take the old one's Jobs for its own. */
    public static final String RUN_UID = "edgeai.dev/run-uid";

    /** Name of the trial within the run. */
    public static final String TRIAL = "edgeai.dev/trial";

    /** Revision of a served version. */
    public static final String REVISION = "edgeai.dev/revision";

    /** On nodes: the accelerator class. On Jobs' pods: the class they run on. */
    public static final String ACCELERATOR = "edgeai.dev/accelerator";

    /** What a pod is for: {@code trial}, {@code certify}, {@code serve}, {@code warmup}, {@code resolve}. */
    public static final String COMPONENT = "app.kubernetes.io/component";

    /** Value of {@link #COMPONENT}: a pod that answers users. */
    public static final String SERVE = "serve";

    /** Annotation: promotes the candidate of this revision under {@code promotion: Manual}, once. */
    public static final String PROMOTE = "edgeai.dev/promote";

    /** Annotation: any new value tries again what failed or was rejected, and follows a tag that was told to have moved. */
    public static final String RETRY = "edgeai.dev/retry";

    /** Annotation: any new value signs the certificates anew, from what was measured before. */
    public static final String RECERTIFY = "edgeai.dev/recertify";

    /**
     * Annotation that the operator gives a run: {@value #NOTHING} when a person asked for another try, {@value #EVERYTHING}
     * when for other certificates only. Absent: it inherits what was measured under the same conditions.
     */
    public static final String INHERITS = "edgeai.dev/inherits";

    public static final String NOTHING = "nothing";
    public static final String EVERYTHING = "everything";

    /** Annotation: gives up the candidate of this revision and rejects it. */
    public static final String ABORT = "edgeai.dev/abort";

    /** Annotation: ends the hold, the bake or the analysis of the step that the candidate of this revision is in. */
    public static final String SKIP = "edgeai.dev/skip";

    /** Annotation: brings back the version with this artifact digest. */
    public static final String ROLLBACK_TO = "edgeai.dev/rollback-to";

    private Labels() {}
}
