package dev.edgeai.runtime.optimize;

import dev.edgeai.api.trial.Failure;
import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.Framework;
import dev.edgeai.planner.JobState;
import dev.edgeai.planner.optimization.Candidate;
import dev.edgeai.runtime.artifact.Artifacts;
import dev.edgeai.runtime.cli.Json;
import dev.edgeai.runtime.cli.RuntimeFailure;
import dev.edgeai.runtime.measure.MeasureSettings;
import dev.edgeai.runtime.measure.Measurer;
import dev.edgeai.runtime.measure.Progress;
import dev.edgeai.runtime.measure.VariantStore;
import dev.edgeai.runtime.measure.WorkFolder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a trial's pod does, done here: each trial has a folder of its own, laid out as docs/contracts.md says. */
public final class LocalTrials {
    /** Variants stay in their folders; the digest is the one they would be pushed under. */
    private static final VariantStore STORE =
            (folder, repository) -> Artifacts.digest(folder).toString();

    private final Path folder;
    private final RunManifest run;
    private final int threads;
    private final Map<Framework, OptimizerCommand> optimizers;
    private final MeasureSettings settings;
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
            MeasureSettings settings,
            Progress progress) {
        this.folder = folder;
        this.run = run;
        this.threads = threads;
        this.optimizers = Map.copyOf(optimizers);
        this.settings = settings;
        this.progress = progress;
    }

    JobState<TrialResult> baseline() {
        progress.line("baseline");
        return attempt(run.baseline(threads), Optional.empty());
    }

    JobState<TrialResult> trial(Candidate candidate) {
        progress.line("trial " + candidate.name());
        OptimizerCommand optimizer = Objects.requireNonNull(
                optimizers.get(candidate.framework()), candidate::name); // planned, so it is there
        return attempt(run.trial(candidate, threads), Optional.of(optimizer));
    }

    private JobState<TrialResult> attempt(TrialSpec spec, Optional<OptimizerCommand> optimizer) {
        try {
            Path work = prepare(spec);
            if (optimizer.isPresent()) {
                Optional<Failure> failure = optimizer.get().run(work, timeout(), line -> progress.line("  " + line));
                if (failure.isPresent()) {
                    return failed(failure.get());
                }
            }
            return new JobState.Succeeded<>(
                    new Measurer(new WorkFolder(work), settings, STORE, progress).run(), Optional.empty());
        } catch (RuntimeFailure e) {
            return failed(e.failure());
        } catch (IOException | UncheckedIOException e) {
            return failed(new Failure(FailureReason.INTERNAL_ERROR.reason(), String.valueOf(e.getMessage())));
        }
    }

    private static JobState<TrialResult> failed(Failure failure) {
        return new JobState.Failed<>(failure, Optional.empty());
    }

    /** As long as a pod may take. */
    private Duration timeout() {
        return run.spec().search().timeout().duration().dividedBy(2);
    }

    private Path prepare(TrialSpec spec) throws IOException {
        Path work = Files.createDirectories(folder.resolve(spec.trial()));
        for (String part : List.of("source", "dataset")) {
            LocalFiles.link(folder.resolve(part), work.resolve(part));
        }
        Files.writeString(work.resolve("spec.json"), Json.write(spec));
        return work;
    }
}
