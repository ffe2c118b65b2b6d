package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.api.trial.WarmupResult.Side;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.runtime.cli.options.NumberArgument;
import dev.edgeai.runtime.cli.options.SampleOptions;
import dev.edgeai.runtime.cli.options.WebAddress;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.client.Endpoint;
import dev.edgeai.runtime.client.SampleSet;
import dev.edgeai.runtime.client.WarmupLoad;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code edgeai warmup}: sends evaluation samples to a server, rates what it answers, compares it with another. */
@Command(
        name = "warmup",
        description = {
            "Sends the first evaluation samples to a server, each over a connection of its own, and rates the answers.",
            "With --stable-url each sample goes to both servers, one after the other, and their latencies are paired.",
            "The split and the task are those of EDGEAI_TRIAL_SPEC where it is set, else the options'."
        })
final class WarmupCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private final Output output;

    @Mixin
    private final SampleOptions samples;

    @Option(names = "--revision", description = "The revision that is meant; what another one answers counts not.")
    private @Nullable String revision;

    @Option(
            names = "--stable-url",
            converter = WebAddress.class,
            description = "Server or Service of the version that serves, to compare with.")
    private @Nullable URI stableUrl;

    @Option(names = "--stable-revision", description = "The revision that is meant there.")
    private @Nullable String stableRevision;

    @Option(
            names = "--requests",
            converter = NumberArgument.Positive.class,
            defaultValue = "200",
            description = "Samples to send (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--concurrency",
            converter = NumberArgument.Positive.class,
            defaultValue = "4",
            description = "Samples at once (default: ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--deadline",
            converter = NumberArgument.NotNegative.class,
            defaultValue = "300",
            description = "Seconds for all (default: ${DEFAULT-VALUE}).")
    private int deadlineSeconds;

    WarmupCommand(Environment environment) {
        output = new Output(environment);
        samples = new SampleOptions(environment);
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        Endpoint candidate = new Endpoint(samples.url(), Optional.ofNullable(revision));
        Optional<Endpoint> stable =
                Optional.ofNullable(stableUrl).map(uri -> new Endpoint(uri, Optional.ofNullable(stableRevision)));
        SampleSet set = samples.read(candidate.revision(), requests);
        WarmupLoad warmup = new WarmupLoad(
                candidate,
                stable,
                samples.model(),
                samples.timeout(),
                concurrency,
                Duration.ofSeconds(deadlineSeconds));
        Progress progress = new Progress(spec.commandLine().getErr());
        WarmupResult result =
                warmup.run(set, requests, progress.counter("warm up", WarmupLoad.sends(requests, set.size())));
        output.result(result, text(result));
        return ExitCode.DONE;
    }

    private static String text(WarmupResult result) {
        StringBuilder text = new StringBuilder();
        text.append("%d requests, %d failed, p95 %.1f ms"
                .formatted(result.requests(), result.failed(), result.latencyP95Micros() / 1_000.0));
        Estimate quality = result.quality();
        text.append(
                quality == null
                        ? "\nquality unknown: without labels and a class to compare them with, nothing can be said"
                        : interval("\nquality", quality));
        Side stable = result.stable();
        if (stable != null) {
            text.append("\nstable answered %d of %d".formatted(stable.answered(), stable.requests()));
        }
        if (result.ratio() != null) {
            text.append(interval("\nlatency over stable's", result.ratio()));
        }
        if (result.firstError() != null) {
            text.append("\nfirst failure: ").append(result.firstError());
        }
        return text.toString();
    }

    private static String interval(String what, Estimate estimate) {
        return String.format(
                Locale.ROOT,
                "%s %s (95 %% interval %s to %s, %d samples)",
                what,
                estimate.value(),
                estimate.lower(),
                estimate.upper(),
                estimate.samples());
    }
}
