package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.UsageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** The program {@code edgeai}: parses, runs one verb, turns what it throws into a {@link Failure} and an exit code. */
@Command(
        name = "edgeai",
        description = "Assesses, measures, certifies and serves models on edge hardware.",
        versionProvider = EdgeAi.Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage", "3:a gate or a check said no"})
public final class EdgeAi implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeAi.class);

    /** Java has no type for it, only the operating system's words. */
    private static final Pattern NO_ROOM = Pattern.compile("No space left on device|Disk quota exceeded");

    @Spec
    private CommandSpec spec;

    private EdgeAi() {}

    public static void main(String[] arguments) {
        // exit: libraries leave threads behind that would keep the process alive
        System.exit(run(new Environment(System.getenv()), arguments));
    }

    /** Runs one command line within this process and gives its exit code. */
    public static int run(Environment environment, String... arguments) {
        return run(environment, commandLine(environment), arguments);
    }

    /** Errors too end in a termination message: picocli turns exceptions only into exit codes. */
    static int run(Environment environment, CommandLine commandLine, String... arguments) {
        try {
            return commandLine.execute(arguments);
        } catch (Error e) {
            return fail(environment, commandLine, e);
        }
    }

    /** The program with all its verbs. */
    public static CommandLine commandLine(Environment environment) {
        CommandLine commandLine = new CommandLine(new EdgeAi());
        verbs(environment).forEach(commandLine::addSubcommand);
        commandLine
                .getSubcommands()
                .values()
                .forEach(verb -> verb.getCommandSpec().mixinStandardHelpOptions(true));
        commandLine.setExecutionExceptionHandler((e, verb, _) -> fail(environment, verb, e));
        commandLine.setParameterExceptionHandler((e, _) -> wrongUsage(environment, e));
        return commandLine;
    }

    /** One line a verb; each a class of its own with {@code @Command(name = …)} that is a {@code Callable<Integer>}. */
    private static List<Object> verbs(Environment environment) {
        return List.of(
                new PushCommand(environment),
                new FetchCommand(environment),
                new ResolveCommand(environment),
                new KeygenCommand(environment),
                new CertifyCommand(environment),
                new VerifyCommand(environment),
                new BundleCommand(environment),
                new LoadCommand(environment),
                new AssessCommand(environment),
                new MeasureCommand(environment),
                new MemoryProbeCommand(),
                new TrialInferenceCommand(),
                new OptimizeCommand(environment),
                new ReportCommand(environment),
                new ServeCommand(environment),
                new WarmupCommand(environment),
                new ProbeCommand(environment),
                new PredictCommand(environment));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    private static int fail(Environment environment, CommandLine verb, Throwable e) {
        return switch (e) {
            case UsageException usage ->
                wrongUsage(environment, new ParameterException(verb, String.valueOf(usage.getMessage())));
            case ParameterException usage -> wrongUsage(environment, usage);
            case RuntimeFailure failure -> {
                LOG.debug("Failed", failure);
                report(environment, verb, failure.failure());
                yield failure.exitCode();
            }
            default -> {
                LOG.error("Unexpected", e);
                report(environment, verb, unexpected(e));
                yield ExitCode.FAILED;
            }
        };
    }

    /** Errors of the virtual machine and of the disk have a remedy, also where another thread met them. */
    private static Failure unexpected(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case OutOfMemoryError memory -> {
                    return RuntimeFailure.failure(
                            FailureReason.OUT_OF_MEMORY,
                            "The process ran out of memory (%s); give the container more."
                                    .formatted(memory.getMessage()));
                }
                case LinkageError linkage -> {
                    return RuntimeFailure.failure(
                            FailureReason.INTERNAL_ERROR,
                            "A library could not be loaded (%s); check that the image is made for this node's processor."
                                    .formatted(linkage));
                }
                case IOException disk
                when NO_ROOM.matcher(String.valueOf(disk.getMessage())).find() -> {
                    return RuntimeFailure.failure(
                            FailureReason.DISK_FULL,
                            "A file could not be written (%s); give the volume more room, or free room on the node."
                                    .formatted(disk.getMessage()));
                }
                default -> {}
            }
        }
        return RuntimeFailure.failure(FailureReason.INTERNAL_ERROR, e.toString());
    }

    private static int wrongUsage(Environment environment, ParameterException e) {
        CommandLine verb = e.getCommandLine();
        String name = verb.getCommandSpec().qualifiedName();
        verb.getErr().println(name + ": " + e.getMessage());
        verb.getErr().println("Try '" + name + " --help'.");
        environment
                .terminationMessage()
                .write(RuntimeFailure.failure(FailureReason.INTERNAL_ERROR, name + ": " + e.getMessage()));
        return ExitCode.WRONG_USAGE;
    }

    private static void report(Environment environment, CommandLine verb, Failure failure) {
        boolean json = verb.getMixins().get(Output.MIXIN) instanceof Output output && output.isJson();
        String name = verb.getCommandSpec().qualifiedName();
        verb.getErr().println(json ? Json.write(failure) : name + ": " + failure.reason() + ": " + failure.message());
        environment.terminationMessage().write(failure);
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = EdgeAi.class.getPackage().getImplementationVersion();
            return new String[] {"edgeai " + (version == null ? "(development)" : version)};
        }
    }
}
