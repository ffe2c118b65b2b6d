package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.certify.Statement;
import dev.edgeai.runtime.certify.Trust;
import dev.edgeai.runtime.certify.VerifiedModel;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.options.NumberArgument;
import dev.edgeai.runtime.cli.options.TaskConverter;
import dev.edgeai.runtime.cli.options.Threads;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.RuntimeFailure;
import dev.edgeai.runtime.pod.UsageException;
import dev.edgeai.runtime.server.ServedModel.Certified;
import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.server.process.ServerProcess;
import dev.edgeai.runtime.server.process.ServerProcessBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code edgeai serve}: verifies what was loaded, serves it until SIGTERM, drains. */
@Command(
        name = "serve",
        description = "Verifies a loaded variant and serves it: Open Inference Protocol v2 and Prometheus metrics.")
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    private final Environment environment;

    @Mixin
    private final Output output;

    @Option(
            names = "--models",
            converter = FileArgument.ExistingFolder.class,
            required = true,
            description = "Folder that 'edgeai load' filled; with --unverified the variant's own folder.")
    private Path models;

    @Option(names = "--accelerator", description = "Accelerator profile the certificate must name.")
    private @Nullable String accelerator;

    @Option(names = "--name", required = true, description = "The model's name in request paths.")
    private String name;

    @Option(names = "--revision", required = true, description = "Revision, in answers and metrics.")
    private String revision;

    @Option(
            names = "--port",
            converter = NumberArgument.Port.class,
            defaultValue = "8080",
            description = "TCP port (default: ${DEFAULT-VALUE}); 0: any.")
    private int port;

    @Mixin
    private final Threads threads = new Threads();

    @Option(
            names = "--task",
            converter = TaskConverter.class,
            description = "What the model is for, such as ImageClassification; classifiers get a confidence metric.")
    private @Nullable Task task;

    @Option(
            names = "--concurrency",
            converter = NumberArgument.Positive.class,
            description = "Inferences at once (default: processors / threads, at least 1).")
    private @Nullable Integer concurrency;

    @Option(
            names = "--queue",
            converter = NumberArgument.NotNegative.class,
            description = "Requests that may wait; more get 503 (default: " + ServerOptions.DEFAULT_QUEUE + ").")
    private @Nullable Integer queue;

    @Option(
            names = "--max-request-bytes",
            converter = NumberArgument.Positive.class,
            description = "Largest request body (default: 32 MiB, at most a quarter of the heap).")
    private @Nullable Integer maxRequestBytes;

    @Option(
            names = "--max-connections",
            converter = NumberArgument.Positive.class,
            description = "Connections at once; one more takes the place of that which has been idle the longest"
                    + " (default: 4096, at most one for each 64 KiB of the heap).")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--request-deadline",
            defaultValue = "600",
            description = "Seconds until a request has its turn, and until its inference or generation ends"
                    + " (default: ${DEFAULT-VALUE}).")
    private int requestDeadlineSeconds;

    @Option(
            names = "--hung-after",
            defaultValue = "300",
            description = "Seconds without progress of an inference, after which the process is not alive"
                    + " (default: ${DEFAULT-VALUE}).")
    private int hungAfterSeconds;

    @Option(
            names = "--settle",
            converter = NumberArgument.NotNegative.class,
            defaultValue = "3",
            description = "On SIGTERM: seconds without a request before the end (default: ${DEFAULT-VALUE}).")
    private int settleSeconds;

    @Option(
            names = "--drain",
            converter = NumberArgument.NotNegative.class,
            defaultValue = "60",
            description = "On SIGTERM: seconds after which to end anyway (default: ${DEFAULT-VALUE}).")
    private int drainSeconds;

    @Option(
            names = "--unverified",
            description = "Serve a folder without certificate; for a developer's own machine only.")
    private boolean unverified;

    ServeCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
    }

    @Override
    public Integer call() throws InterruptedException {
        Variant variant = unverified ? unverified() : verified();
        ServerProcess serving = ServerProcessBuilder.builder()
                .name(name)
                .revision(revision)
                .folder(variant.folder())
                .descriptor(variant.descriptor())
                .certified(variant.certified())
                .task(Optional.ofNullable(task))
                .threads(threads.count())
                .options(options())
                .settle(Duration.ofSeconds(settleSeconds))
                .drainAtMost(Duration.ofSeconds(drainSeconds))
                .build();
        try {
            serving.untilTerminated(this::ready);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof BindException) {
                throw new RuntimeFailure(
                        FailureReason.INTERNAL_ERROR,
                        "Cannot serve: port " + port + " is in use; end what listens there, or choose another: --port.",
                        e);
            }
            throw e;
        } catch (EngineException e) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL, "Cannot serve " + variant.folder() + ": " + e.getMessage(), e);
        }
        return ExitCode.DONE;
    }

    private void ready(int boundPort) {
        long startedMillis = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()).toMillis())
                .orElse(-1L);
        output.print(
                new Ready(name, revision, boundPort, startedMillis),
                "serving %s (revision %s) on port %d, ready after %d ms"
                        .formatted(name, revision, boundPort, startedMillis));
    }

    private ServerOptions options() {
        ServerOptions defaults = ServerOptions.forThreads(port, threads.count());
        return new ServerOptions(
                port,
                concurrency == null ? defaults.concurrency() : concurrency,
                queue == null ? defaults.queue() : queue,
                maxRequestBytes == null ? defaults.maxRequestBytes() : maxRequestBytes,
                defaults.maxBufferedBytes(),
                maxConnections == null ? defaults.maxConnections() : maxConnections,
                new ServerOptions.Deadlines(
                        defaults.deadlines().body(),
                        Duration.ofSeconds(requestDeadlineSeconds),
                        Duration.ofSeconds(hungAfterSeconds)));
    }

    private Variant verified() {
        if (accelerator == null) {
            throw new UsageException("Name the accelerator profile this runs on: --accelerator.");
        }
        try {
            VerifiedModel model = VerifiedModel.open(models, Trust.of(environment), accelerator);
            Statement.Evidence evidence = model.statement().predicate().edgeai();
            Certified certified = new Certified(
                    model.artifact().toString(),
                    evidence.accelerator(),
                    evidence.namespace() + "/" + evidence.run(),
                    evidence.trial());
            return new Variant(model.folder(), model.descriptor(), Optional.of(certified));
        } catch (IOException e) {
            throw new RuntimeFailure(FailureReason.INTERNAL_ERROR, "Cannot read " + models + ": " + e.getMessage(), e);
        }
    }

    private Variant unverified() {
        if (environment.get(Environment.TRUSTED_KEY).isPresent()) {
            throw new UsageException("--unverified is refused where " + Environment.TRUSTED_KEY
                    + " is set: only certified artifacts are served there.");
        }
        LOG.warn("--unverified: {} is served without certificate; nobody has checked it", models);
        return new Variant(models, descriptor(models), Optional.empty());
    }

    private static VariantDescriptor descriptor(Path folder) {
        Path file = folder.resolve(VariantDescriptor.FILE);
        if (!Files.isRegularFile(file)) {
            return ofSource(folder);
        }
        try {
            return Json.read(Files.readString(file), VariantDescriptor.class);
        } catch (IOException e) {
            throw new RuntimeFailure(FailureReason.UNSUPPORTED_MODEL, "Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** A source as it is; what is wrong with one is told as it is elsewhere. */
    private static VariantDescriptor ofSource(Path folder) {
        AssessCommand.assess(folder);
        try {
            return Engines.forSource(folder);
        } catch (EngineException e) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL, "The model is not supported: " + e.getMessage() + ".", e);
        }
    }

    /** What is to be served. */
    private record Variant(Path folder, VariantDescriptor descriptor, Optional<Certified> certified) {}

    /**
     * Printed once requests are answered.
     *
     * @param readyMillis since the process started, -1 where the system does not tell
     */
    record Ready(String name, String revision, int port, long readyMillis) {}
}
