package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.OptimizationRunStatus;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.Measurement.EnergyMethod;
import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.value.Verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What was not measured, so that silence is not taken for a good result. */
final class Gaps {
    private final List<String> gaps = new ArrayList<>();

    private Gaps() {}

    static List<String> of(ReportedRun run) {
        Gaps found = new Gaps();
        OptimizationRunStatus status = run.status();
        if (status.baseline() == null) {
            found.gaps.add("The baseline: without it no variant can be compared.");
        } else {
            found.measurement("baseline", status.baseline());
        }
        status.trials().forEach(found::trial);
        found.energy(status);
        if (run.memoryLimit().isEmpty()) {
            found.gaps.add("Whether memory is a bottleneck: the memory limit of the pods is not known here.");
        }
        return List.copyOf(found.gaps);
    }

    private void trial(TrialStatus trial) {
        Measurement measurement = trial.measurement();
        if (measurement == null) {
            gaps.add("%s: anything; it is %s%s.".formatted(trial.name(), Figures.word(trial.phase()), why(trial)));
            return;
        }
        measurement(trial.name(), measurement);
        if (trial.depth() == Depth.SCREENING || trial.phase() == TrialPhase.SCREENED) {
            gaps.add("%s: more than a few samples; it was screened out before a full measurement."
                    .formatted(trial.name()));
        }
        trial.gates().stream()
                .filter(gate -> gate.verdict() == Verdict.NOT_MEASURED)
                .map(GateResult::name)
                .forEach(gate -> gaps.add(
                        "%s: gate %s; it neither passed nor refused the variant.".formatted(trial.name(), gate)));
    }

    private static String why(TrialStatus trial) {
        return trial.reason() == null ? "" : " (" + trial.reason() + ")";
    }

    private void measurement(String name, Measurement m) {
        if (!m.timed()) {
            gaps.add("%s: latency; %s was not timed, as the hardware it is made for is not at hand."
                    .formatted(name, m.engine()));
        }
        if (m.footprintBytes().isEmpty()) {
            gaps.add("%s: memory.".formatted(name));
        }
        if (m.quality() == null && m.generation() == null) {
            gaps.add("%s: its task metric.".formatted(name));
        }
    }

    private void energy(OptimizationRunStatus status) {
        List<EnergyMethod> methods = Stream.concat(
                        Stream.ofNullable(status.baseline()),
                        status.trials().stream().map(TrialStatus::measurement).filter(Objects::nonNull))
                .map(Measurement::energyMethod)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        if (methods.isEmpty()) {
            gaps.add("Energy.");
        } else if (methods.contains(EnergyMethod.ESTIMATED)) {
            gaps.add("Energy by a meter: it is estimated from CPU time.");
        }
    }
}
