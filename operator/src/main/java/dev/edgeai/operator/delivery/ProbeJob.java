package dev.edgeai.operator.delivery;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.planner.warmup.Probing;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The Job that sends evaluation samples to the two versions that are compared, as probes, until it is deleted or its
 * time is up. What it finds is read from the pods' metrics.
 *
 * @param target what is served
 * @param watched Service of the version that is judged, which reaches no other: the preview in a ramp, the stable one
 *     during the bake
 * @param revision the version that is judged
 * @param reference revision it is compared with, behind {@link ServingServices#reference}
 * @param spec which dataset, which evaluation split
 * @param probing how to send
 * @param duration how long at most
 */
public record ProbeJob(
        ServedTarget target,
        String watched,
        String revision,
        String reference,
        TrialSpec spec,
        Probing probing,
        Duration duration) {
    /** For the dataset to be fetched, and a last request to end. */
    private static final Duration AROUND = Duration.ofMinutes(10);

    public Job build() {
        TargetRef ref = target.ref();
        List<String> arguments = new ArrayList<>(SampleJob.endpoint("", watched, revision));
        arguments.addAll(SampleJob.endpoint("reference-", ObjectNames.referenceService(ref), reference));
        arguments.addAll(List.of(
                "--rate",
                String.format(Locale.ROOT, "%.6f", probing.rate()),
                "--timeout",
                Long.toString(probing.timeout().toSeconds()),
                "--duration",
                Long.toString(duration.toSeconds())));
        return new SampleJob(target, revision, spec)
                .build(ObjectNames.probeJob(ref, revision), TargetRef.PROBE, duration.plus(AROUND), arguments);
    }
}
