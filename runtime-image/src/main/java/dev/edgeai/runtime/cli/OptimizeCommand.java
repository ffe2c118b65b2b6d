package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.FetchResult;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.planner.search.SearchPlan;
import dev.edgeai.planner.status.Reason;
import dev.edgeai.runtime.cli.options.BenchmarkOptions;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.options.InputOptions;
import dev.edgeai.runtime.cli.options.Threads;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.optimize.LocalFiles;
import dev.edgeai.runtime.optimize.LocalRun;
import dev.edgeai.runtime.optimize.LocalTrials;
import dev.edgeai.runtime.optimize.Machine;
import dev.edgeai.runtime.optimize.ManifestFile;
import dev.edgeai.runtime.optimize.MeasureProcess;
import dev.edgeai.runtime.optimize.OptimizerCommand;
import dev.edgeai.runtime.optimize.RunManifest;
import dev.edgeai.runtime.optimize.RunText;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.UsageException;
import dev.edgeai.runtime.report.ReportFiles;
import dev.edgeai.runtime.report.ReportedRun;
import io.fabric8.kubernetes.api.model.Condition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** {@code edgeai optimize}: an optimization run on this machine, decided by the operator's own state machine. */
@Command(
        name = "optimize",
        description = {
            "Runs an OptimizationRun, or what a target of an EdgeModel asks for, on this machine and without a "
                    + "cluster: the same decisions, trials and measurements, but no certificate.",
            "An optimizer is the command in EDGEAI_OPTIMIZER_OPENVINO, EDGEAI_OPTIMIZER_ONNXRUNTIME, …, else "
                    + "optimize-openvino, optimize-onnxruntime, … on the PATH.",
            "Exit code 3 when no variant passed the gates."
        })
final class OptimizeCommand implements Callable<Integer> {
    private final Environment environment;

    @Spec
    private CommandSpec verb;

    @Mixin
    private final Output output;

    @Mixin
    private final InputOptions inputs;

    @Mixin
    private final BenchmarkOptions benchmark = new BenchmarkOptions();

    @Option(
            names = {"-f", "--file"},
            converter = FileArgument.ExistingFile.class,
            required = true,
            paramLabel = "FILE",
            description = "The manifest, as 'kubectl apply' takes it.")
    private Path file;

    @Option(names = "--target", paramLabel = "NAME", description = "Target of the EdgeModel (default: its first).")
    private @Nullable String target;

    @Option(
            names = "--into",
            converter = FileArgument.Folder.class,
            paramLabel = "FOLDER",
            description = "An empty or new folder for the run's files, variants among them (default: run-<name>).")
    private @Nullable Path into;

    @Mixin
    private final Threads threads = new Threads();

    @Option(
            names = "--dry-run",
            description = "Assesses the model, says what would be tried and why, and tries nothing.")
    private boolean dryRun;

    OptimizeCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
        inputs = new InputOptions(environment);
    }

    /** What {@code --dry-run -o json} prints. */
    record DryRun(Assessment assessment, SearchPlan plan) {}

    @Override
    public Integer call() throws IOException {
        RunManifest run = new ManifestFile(file).read(target);
        Map<Framework, OptimizerCommand> optimizers = OptimizerCommand.installed(environment);
        Machine machine = Machine.of(run.spec().accelerator(), threads.count(), optimizers.keySet());
        if (dryRun) {
            return plan(run, machine);
        }
        if (optimizers.isEmpty()) {
            throw new UsageException("This machine has no optimizer; set EDGEAI_OPTIMIZER_ONNXRUNTIME or "
                    + "EDGEAI_OPTIMIZER_OPENVINO to a command (docs/optimize-without-a-cluster.md).");
        }
        return optimize(run, machine, optimizers);
    }

    private int plan(RunManifest run, Machine machine) throws IOException {
        Path folder = Files.createTempDirectory("edgeai-dry-run");
        try {
            Assessment assessment = bring(run, folder).assessment();
            SearchPlan plan = machine.plan(run.spec(), assessment);
            output.print(new DryRun(assessment, plan), AssessCommand.text(assessment) + "\n\n" + RunText.of(plan));
            return plan.trials().isEmpty() ? ExitCode.FAILED : ExitCode.DONE;
        } finally {
            LocalFiles.delete(folder);
        }
    }

    private int optimize(RunManifest run, Machine machine, Map<Framework, OptimizerCommand> optimizers)
            throws IOException {
        Path asked = into == null ? Path.of("run-" + run.name()) : into;
        boolean there = Files.exists(asked);
        Path folder = LocalFiles.fresh(asked);
        Inputs brought;
        try {
            brought = bring(run, folder);
        } catch (IOException | RuntimeException e) {
            leaveNothing(folder, there);
            throw e;
        }
        Progress progress = new Progress(
                output.isJson()
                        ? verb.commandLine().getErr()
                        : verb.commandLine().getOut());
        LocalTrials trials = new LocalTrials(
                folder, run, threads.count(), optimizers, new MeasureProcess(benchmark.arguments()), progress);
        OptimizationRunStatus status = new LocalRun(run.spec(), machine, trials, Clock.systemUTC())
                .run(brought.fetched(), brought.assessment(), teller(progress));
        output.print(status, "\n" + RunText.of(status));
        if (status.baseline() == null) {
            leaveNothing(folder, there);
            throw failure(status);
        }
        ReportFiles.write(folder, new ReportedRun("", run.name(), run.spec(), status, Machine.memory()));
        if (status.selected() == null) {
            throw failure(status);
        }
        progress.line(status.selected().reason() + ".\nIts files: "
                + LocalTrials.folder(folder, status.selected().trial()).resolve("variant") + "\nReport: "
                + folder.resolve(ReportFiles.HTML));
        if (status.selected().trial().equals(TrialStatus.SOURCE)) {
            throw new RuntimeFailure(
                    FailureReason.GATE_REFUSED, status.selected().reason());
        }
        return ExitCode.DONE;
    }

    /** What a run starts from. */
    private record Inputs(FetchResult fetched, Assessment assessment) {}

    private Inputs bring(RunManifest run, Path folder) throws IOException {
        Path source = folder.resolve("source");
        String sourceDigest = inputs.source(run.spec().source(), source);
        Assessment assessment = AssessCommand.assess(source);
        String datasetDigest = inputs.dataset(run.spec().evaluation().dataset(), folder.resolve("dataset"));
        return new Inputs(new FetchResult(sourceDigest, datasetDigest, LocalFiles.bytes(source)), assessment);
    }

    /** Of a run that measured nothing, so that the same command works when what was wrong is right. */
    private static void leaveNothing(Path folder, boolean there) throws IOException {
        if (there) {
            LocalFiles.clear(folder);
        } else {
            LocalFiles.delete(folder);
        }
    }

    /** Tells the plan when it is made and each trial when it ends, once. */
    private static Consumer<OptimizationRunStatus> teller(Progress progress) {
        Set<String> told = new HashSet<>();
        return status -> {
            if (!status.plan().isEmpty() && told.add("plan")) {
                RunText.frameworks(status.plan()).forEach(progress::line);
            }
            for (TrialStatus trial : status.trials()) {
                boolean ended = trial.phase() != TrialPhase.PENDING && trial.phase() != TrialPhase.RUNNING;
                if (ended && told.add(trial.name() + trial.phase())) {
                    progress.line(RunText.ended(trial));
                }
            }
        };
    }

    private static RuntimeFailure failure(OptimizationRunStatus status) {
        Condition why = status.conditions().getFirst();
        if (why.getReason().equals(Reason.NO_VARIANT_PASSED_GATES.text())) {
            return new RuntimeFailure(FailureReason.GATE_REFUSED, why.getMessage());
        }
        FailureReason reason = Arrays.stream(FailureReason.values())
                .filter(known -> known.reason().equals(why.getReason()))
                .findFirst()
                .orElse(FailureReason.OPTIMIZATION_FAILED);
        return new RuntimeFailure(reason, why.getMessage());
    }
}
