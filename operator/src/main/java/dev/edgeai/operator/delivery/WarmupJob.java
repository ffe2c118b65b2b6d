package dev.edgeai.operator.delivery;

import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.planner.warmup.WarmupPlan;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Job that sends evaluation samples to the preview Service, and the same to the stable one where a version serves,
 * and tells what they answered.
 *
 * @param target what is served
 * @param revision the candidate
 * @param stable revision that serves, to compare with; the stable Service selects it alone while a candidate warms up
 * @param spec which dataset, which evaluation split
 * @param plan how to send
 * @param deadline longest time for the whole Job
 */
public record WarmupJob(
        ServedTarget target,
        String revision,
        Optional<String> stable,
        TrialSpec spec,
        WarmupPlan.Send plan,
        Duration deadline) {
    /** Name of the container whose termination message is the result. */
    public static final String WARMUP = TargetRef.WARMUP;

    public Job build() {
        TargetRef ref = target.ref();
        List<String> arguments = new ArrayList<>(SampleJob.endpoint("", ObjectNames.previewService(ref), revision));
        stable.ifPresent(
                serving -> arguments.addAll(SampleJob.endpoint("stable-", ObjectNames.stableService(ref), serving)));
        arguments.addAll(List.of(
                "--requests",
                Integer.toString(plan.requests()),
                "--concurrency",
                Integer.toString(plan.concurrency()),
                "--timeout",
                Long.toString(plan.timeout().toSeconds()),
                "--deadline",
                Long.toString(plan.deadline().toSeconds())));
        return new SampleJob(target, revision, spec)
                .build(ObjectNames.warmupJob(ref, revision), WARMUP, deadline, arguments);
    }
}
