package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.cli.options.NumberArgument;
import dev.edgeai.runtime.cli.options.SampleOptions;
import dev.edgeai.runtime.cli.options.WebAddress;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.client.Endpoint;
import dev.edgeai.runtime.client.Probe;
import dev.edgeai.runtime.client.SampleSet;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code edgeai probe}: a steady trickle of evaluation samples to two servers that are compared. */
@Command(
        name = "probe",
        description = {
            "Sends evaluation samples to two servers at a steady rate, the same to both at the same time, marked as"
                    + " probes.",
            "What they find is in the servers' own metrics, edgeai_probe_requests_total and"
                    + " edgeai_probe_duration_seconds.",
            "The split and the task are those of EDGEAI_TRIAL_SPEC where it is set, else the options'."
        })
final class ProbeCommand implements Callable<Integer> {
    private static final int MOST_SAMPLES = 1_000; // kept in memory, and sent again and again

    @Spec
    private CommandSpec spec;

    @Mixin
    private final Output output;

    @Mixin
    private final SampleOptions samples;

    @Option(names = "--revision", required = true, description = "The revision that is judged there.")
    private String revision;

    @Option(
            names = "--reference-url",
            converter = WebAddress.class,
            required = true,
            description = "Server or Service of the version it is compared with.")
    private URI referenceUrl;

    @Option(names = "--reference-revision", required = true, description = "The revision that is meant there.")
    private String referenceRevision;

    @Option(
            names = "--rate",
            defaultValue = "2",
            description = "Samples a second, to each (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--duration",
            converter = NumberArgument.NotNegative.class,
            defaultValue = "3600",
            description = "Seconds to go on (default: ${DEFAULT-VALUE}).")
    private int durationSeconds;

    ProbeCommand(Environment environment) {
        output = new Output(environment);
        samples = new SampleOptions(environment);
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new UsageException("--rate must be more than 0.");
        }
        SampleSet set = samples.read(Optional.of(revision), MOST_SAMPLES);
        Progress progress = new Progress(spec.commandLine().getErr());
        Probe probe = new Probe(
                new Endpoint(samples.url(), Optional.of(revision)),
                new Endpoint(referenceUrl, Optional.of(referenceRevision)),
                samples.model(),
                rate,
                samples.timeout());
        Probe.Result result =
                probe.run(set, Duration.ofSeconds(durationSeconds), sofar -> progress.line(sofar.toString()));
        output.result(result, result.toString());
        return ExitCode.DONE;
    }
}
