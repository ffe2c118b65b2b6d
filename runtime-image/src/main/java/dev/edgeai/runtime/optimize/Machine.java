package dev.edgeai.runtime.optimize;

import com.sun.management.OperatingSystemMXBean;
import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.config.AcceleratorProfileBuilder;
import dev.edgeai.api.v1alpha1.OptimizationRunSpec;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.planner.run.RunObservation;
import dev.edgeai.planner.search.SearchPlan;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * This machine, as the one node of the accelerator that a run asks for.
 *
 * @param profile named as the accelerator, which is taken as the platform too: an operator's profiles are not known here
 * @param optimizers frameworks that have one here
 * @param cpuFeatures in the kernel's words ({@code avx512_bf16}); absent where it does not tell
 */
public record Machine(AcceleratorProfile profile, Set<Framework> optimizers, Optional<Set<String>> cpuFeatures) {
    public Machine {
        optimizers = Set.copyOf(optimizers);
    }

    @SuppressWarnings("NullAway") // the profile completes what is absent
    public static Machine of(String accelerator, int threads, Set<Framework> optimizers) {
        AcceleratorProfile profile = AcceleratorProfileBuilder.builder()
                .name(accelerator)
                .threads(threads)
                .build();
        return new Machine(profile, optimizers, features(Path.of("/proc/cpuinfo")));
    }

    /** What a run on this machine would try. */
    public SearchPlan plan(OptimizationRunSpec spec, Assessment model) {
        return SearchPlan.of(spec, profile, model, optimizers, cpuFeatures);
    }

    /** Memory that a process here may use: the container's limit, else the machine's; bytes. */
    public static OptionalLong memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? OptionalLong.of(system.getTotalMemorySize())
                : OptionalLong.empty();
    }

    RunObservation.Accelerators accelerators() {
        return new RunObservation.Accelerators(
                Optional.of(new RunObservation.Matched(profile, 1, cpuFeatures)), Optional.empty());
    }

    private static Optional<Set<String>> features(Path cpuInfo) {
        try (Stream<String> lines = Files.lines(cpuInfo)) {
            return lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> Arrays.stream(line.substring(line.indexOf(':') + 1)
                                    .strip()
                                    .split("\\s+"))
                            .collect(Collectors.toUnmodifiableSet()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
