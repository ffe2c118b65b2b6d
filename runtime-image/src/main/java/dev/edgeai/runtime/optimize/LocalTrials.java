package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.run.RunAction;
import dev.edgeai.runtime.measure.EngineOptions;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a trial's pod does, done here: each trial has a folder of its own, laid out as docs/contracts.md says. */
public final class LocalTrials {
    private final Path folder;
    private final RunManifest run;
    private final int threads;
    private final Map<Framework, OptimizerCommand> optimizers;
    private final MeasureProcess measure;
    private final Progress progress;

    /**
     * Makes the hands of a run.
     *
     * @param folder the run's, with {@code source/} and {@code dataset/}
     * @param threads threads per inference
     */
    public LocalTrials(
            Path folder,
            RunManifest run,
            int threads,
            Map<Framework, OptimizerCommand> optimizers,
            MeasureProcess measure,
            Progress progress) {
        this.folder = folder;
        this.run = run;
        this.threads = threads;
        this.optimizers = Map.copyOf(optimizers);
        this.measure = measure;
        this.progress = progress;
    }

    JobState<TrialResult> baseline() {
        return unchanged(TrialSpec.BASELINE);
    }

    /** The source as what is to serve. */
    JobState<TrialResult> source() {
        return unchanged(TrialStatus.SOURCE);
    }

    private JobState<TrialResult> unchanged(String trial) {
        progress.line(trial);
        Optional<OptimizerCommand> optimizer = Optional.ofNullable(optimizers.get(Framework.LLAMA_CPP))
                .filter(_ -> run.spec().task() == Task.TEXT_GENERATION);
        return attempt(run.unchanged(trial, threads, optimizer.isPresent()), this::prepare, optimizer);
    }

    JobState<TrialResult> trial(RunAction.StartTrial start) {
        progress.line(
                "trial " + start.job().trial() + (start.depth() == Depth.SCREENING ? ", screened on few samples" : ""));
        TrialSpec spec = run.trial(start, threads);
        if (start.variantDigest() == null) {
            OptimizerCommand optimizer = Objects.requireNonNull(
                    optimizers.get(start.candidate().framework()), start.candidate()::name); // planned, so it is there
            return attempt(spec, this::prepare, Optional.of(optimizer));
        }
        String base = start.candidate().base();
        return attempt(
                spec,
                base != null && !start.engineOptions().isEmpty() ? s -> prepare(s, base) : this::again,
                Optional.empty());
    }

    /** Makes the folder of a trial. */
    private interface Preparation {
        Path of(TrialSpec spec) throws IOException;
    }

    private JobState<TrialResult> attempt(
            TrialSpec spec, Preparation preparation, Optional<OptimizerCommand> optimizer) {
        try {
            Instant begin = Instant.now();
            Path work = preparation.of(spec);
            if (optimizer.isPresent()) {
                Optional<Failure> failure = optimizer.get().run(work, timeout(), this::tell);
                if (failure.isPresent()) {
                    return failed(failure.get());
                }
            }
            Instant made = Instant.now();
            JobState<TrialResult> measured = measure.run(work, timeout(), this::tell);
            note(new Cost(spec.trial(), spec.depth(), seconds(begin, made), seconds(made, Instant.now())));
            return measured;
        } catch (RuntimeFailure e) {
            return failed(e.failure());
        } catch (IOException | UncheckedIOException e) {
            return failed(new Failure(FailureReason.INTERNAL_ERROR.reason(), String.valueOf(e.getMessage())));
        }
    }

    private void tell(String line) {
        progress.line("  " + line);
    }

    /** What a trial took, a line of {@code costs.jsonl}. */
    record Cost(String trial, Depth depth, double optimizeSeconds, double measureSeconds) {}

    private void note(Cost cost) throws IOException {
        Files.writeString(
                folder.resolve("costs.jsonl"),
                Json.write(cost) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }

    private static JobState<TrialResult> failed(Failure failure) {
        return new JobState.Failed<>(failure, Optional.empty());
    }

    /** As long as a pod may take. */
    private Duration timeout() {
        return run.spec().search().timeout().duration().dividedBy(2);
    }

    /** The folder of a trial in that of its run, where {@code source} is the model itself. */
    public static Path folder(Path run, String trial) {
        return run.resolve(trial.equals(TrialStatus.SOURCE) ? "source-trial" : trial);
    }

    private Path prepare(TrialSpec spec) throws IOException {
        Path work = Files.createDirectories(folder(folder, spec.trial()));
        for (String part : List.of("source", "dataset")) {
            LocalFiles.lend(folder.resolve(part), work.resolve(part));
        }
        return again(spec);
    }

    /** With the variant of another trial and other options of its engine. */
    private Path prepare(TrialSpec spec, String base) throws IOException {
        Path work = prepare(spec);
        for (String part : List.of("variant", "baseline")) {
            Path made = folder.resolve(base).resolve(part);
            if (Files.exists(made)) {
                LocalFiles.lend(made, work.resolve(part));
            }
        }
        EngineOptions.put(spec.engineOptions(), work.resolve("variant"), base);
        return work;
    }

    /** In the folder as it is. */
    private Path again(TrialSpec spec) throws IOException {
        Path work = folder(folder, spec.trial());
        Files.writeString(work.resolve("spec.json"), Json.write(spec));
        return work;
    }
}
