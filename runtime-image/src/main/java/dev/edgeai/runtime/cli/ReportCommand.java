package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.ReportRequest;
import dev.edgeai.api.trial.ReportResult;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.options.NumberArgument;
import dev.edgeai.runtime.cli.options.RegistryOptions;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import dev.edgeai.runtime.pod.UsageException;
import dev.edgeai.runtime.report.Facts;
import dev.edgeai.runtime.report.HtmlReport;
import dev.edgeai.runtime.report.ReportFiles;
import dev.edgeai.runtime.report.ReportedRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;

/** {@code edgeai report}: one page about a run. */
@Command(
        name = "report",
        description = {
            "Writes one self-contained HTML page about an optimization run: what was chosen and why, the front, every "
                    + "trial, and how to do it again.",
            "Of a run in a cluster: kubectl get or NAME -o json | edgeai report -f - -o report.html"
        })
final class ReportCommand implements Callable<Integer> {
    private static final String STDIN = "-";

    /** Unpacked from at most 100 kB that the operator packed. */
    private static final int MAX_REQUEST_BYTES = 16 << 20;

    private final Environment environment;

    @Spec
    private CommandSpec verb;

    @ArgGroup(multiplicity = "1")
    private Origin origin;

    @Option(
            names = {"-o", "--output"},
            converter = FileArgument.NewFile.class,
            paramLabel = "FILE",
            description = "Where the page goes (default: standard output).")
    private @Nullable Path file;

    @Option(names = "--json", description = "The same facts as JSON instead of the page; not of a stored report.")
    private boolean json;

    @Option(
            names = "--memory-limit",
            paramLabel = "BYTES",
            converter = NumberArgument.Bytes.class,
            description = "Memory limit of the pods that measured, to judge whether memory is a bottleneck.")
    private @Nullable Long memoryLimit;

    @Mixin
    private final RegistryOptions registry;

    ReportCommand(Environment environment) {
        this.environment = environment;
        registry = new RegistryOptions(environment);
    }

    /** Where the facts come from. */
    static final class Origin {
        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "What 'kubectl get or NAME -o json' printed; - is standard input.")
        private @Nullable String run;

        @Option(names = "--store", description = "Stores the report of the run in EDGEAI_REPORT_REQUEST; used in pods.")
        private boolean store;

        @Parameters(
                paramLabel = "REGISTRY/REPOSITORY@DIGEST",
                description = "A stored report: repository of the run's variants and status.report.")
        private @Nullable String stored;
    }

    @Override
    public Integer call() throws IOException {
        if (origin.store) {
            store();
        } else if (origin.stored != null) {
            give(ReportFiles.fetch(registry.artifacts(), Reference.parse(origin.stored)));
        } else {
            OptionalLong limit = memoryLimit == null ? OptionalLong.empty() : OptionalLong.of(memoryLimit);
            Facts facts = Facts.of(ReportedRun.read(input(String.valueOf(origin.run)), limit));
            give(json ? Json.write(facts) : HtmlReport.of(facts));
        }
        return ExitCode.DONE;
    }

    private void store() throws IOException {
        byte[] packed = Base64.getDecoder().decode(environment.require(ReportRequest.ENVIRONMENT_VARIABLE));
        ReportRequest request;
        try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            request = Json.read(
                    new String(unpacked.readNBytes(MAX_REQUEST_BYTES), StandardCharsets.UTF_8), ReportRequest.class);
        }
        String digest = ReportFiles.store(
                        Artifacts.of(environment, request.plainHttp()),
                        Reference.parse(request.repository()),
                        ReportedRun.of(request))
                .toString();
        environment.terminationMessage().write(new ReportResult(digest));
        verb.commandLine().getOut().println(digest);
    }

    private static String input(String name) throws IOException {
        if (name.equals(STDIN)) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (!Files.isRegularFile(Path.of(name))) {
            throw new UsageException("There is no file " + name + ".");
        }
        return Files.readString(Path.of(name));
    }

    private void give(String text) throws IOException {
        if (file == null) {
            verb.commandLine().getOut().println(text);
        } else {
            Files.writeString(file, text);
        }
    }
}
