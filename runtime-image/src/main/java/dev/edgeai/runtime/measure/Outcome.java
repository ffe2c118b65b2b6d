package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.TrialResult;
import dev.edgeai.api.trial.TrialResultBuilder;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.MeasurementBuilder;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.planner.gate.BusyNode;
import dev.edgeai.runtime.benchmark.CpuClock;
import dev.edgeai.runtime.benchmark.Energy;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Turns what was measured into a trial's result; a variant is stored first. */
record Outcome(TrialSpec spec, WorkFolder work, VariantStore store, Progress progress) {
    private static final int MAX_VERSIONS = 16;
    private static final int MAX_VERSION_LENGTH = 40;
    private static final int MAX_REMARKS = 4;
    private static final int MAX_REMARK_LENGTH = 300;

    /** @param remarks what a reader should know of the measurement, a sentence each */
    TrialResult ofBaseline(Model baseline, Measurement measurement, List<String> remarks) {
        List<String> some = remarks.stream()
                .limit(MAX_REMARKS)
                .map(remark -> shorten(remark, MAX_REMARK_LENGTH))
                .toList();
        return TrialResultBuilder.builder()
                .trial(spec.trial())
                .baseline(MeasurementBuilder.builder(measurement)
                        .remarks(some.isEmpty() ? null : some)
                        .build())
                .versions(versions(baseline))
                .joulesSpent(spent())
                .build();
    }

    TrialResult ofVariant(
            Model variant,
            Measurement before,
            Measurement after,
            Comparison comparison,
            TrialResult.@Nullable Robustness robustness)
            throws IOException {
        BusyNode.sentence(after).ifPresent(progress::line);
        progress.line("storing the variant in " + spec.repository());
        String digest = store.push(work.variant(), spec.repository());
        return TrialResultBuilder.builder()
                .trial(spec.trial())
                .digest(digest)
                .baseline(before)
                .variant(after)
                .comparison(comparison)
                .robustness(robustness)
                .versions(versions(variant))
                .joulesSpent(spent())
                .nondeterministic(variant.descriptor().nondeterministic())
                .build();
    }

    /** Share saved; negative when it grew. */
    static Decimal saved(long before, long after) {
        return Decimal.of(before == 0 ? 0 : 1 - (double) after / before);
    }

    /** Where both were found by one method. */
    static @Nullable Decimal energyRatio(Measurement before, Measurement after) {
        Decimal was = before.joulesPerInference();
        Decimal is = after.joulesPerInference();
        return was == null || is == null || was.value().signum() <= 0 || before.energyMethod() != after.energyMethod()
                ? null
                : Decimal.of(is.asDouble() / was.asDouble());
    }

    /** Share of memory saved, where it was measured. */
    static @Nullable Decimal memorySaved(Measurement before, Measurement after) {
        return after.memorySavedFrom(before);
    }

    /** An estimate, from this process's CPU time so far. */
    private static Decimal spent() {
        return Decimal.of(Energy.estimated(new CpuClock().ofProcess() / 1e9).joules());
    }

    private static Map<String, String> versions(Model model) {
        Map<String, String> versions = new TreeMap<>();
        model.descriptor().versions().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MAX_VERSIONS)
                .forEach(tool -> versions.put(
                        shorten(tool.getKey(), MAX_VERSION_LENGTH), shorten(tool.getValue(), MAX_VERSION_LENGTH)));
        versions.put("java", Runtime.version().toString());
        versions.put("engine", shorten(model.engine(), MAX_VERSION_LENGTH));
        return versions;
    }

    private static String shorten(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }
}
