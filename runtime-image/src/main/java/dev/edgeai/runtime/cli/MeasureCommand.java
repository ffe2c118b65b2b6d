package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.cli.options.BenchmarkOptions;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.cli.output.ResultText;
import dev.edgeai.runtime.measure.MeasureSettings;
import dev.edgeai.runtime.measure.Measurer;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.measure.VariantStore;
import dev.edgeai.runtime.measure.WorkFolder;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** The {@code measure} container of a trial. */
@Command(name = "measure", description = "Measures a trial's variant against its source, and pushes it.")
final class MeasureCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private final Output output;

    private final Environment environment;

    @Option(names = "--work", defaultValue = "/work", description = "The trial's folder (default: ${DEFAULT-VALUE}).")
    private Path work;

    @Option(
            names = "--no-push",
            description = "Leaves the variant where it is; its digest is the one it would be pushed under.")
    private boolean keep;

    @Mixin
    private final BenchmarkOptions benchmark = new BenchmarkOptions();

    MeasureCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
    }

    @Override
    public Integer call() {
        WorkFolder folder = new WorkFolder(work.toAbsolutePath());
        TrialSpec trial = folder.spec();
        MeasureSettings settings = benchmark.over(trial.evaluation().measured());
        Progress progress = new Progress(
                output.isJson()
                        ? spec.commandLine().getErr()
                        : spec.commandLine().getOut());
        TrialResult result =
                new Measurer(folder, settings, keep ? MeasureCommand::digest : registry(trial), progress).run();
        output.result(result, ResultText.of(result));
        return ExitCode.DONE;
    }

    private static String digest(Path variant, String repository) throws IOException {
        return Artifacts.digest(variant).toString();
    }

    private VariantStore registry(TrialSpec trial) {
        Artifacts artifacts = Artifacts.of(environment, trial.plainHttp());
        return (variant, repository) -> artifacts
                .push(variant, Reference.parse(Reference.SCHEME + repository))
                .digest()
                .toString();
    }
}
