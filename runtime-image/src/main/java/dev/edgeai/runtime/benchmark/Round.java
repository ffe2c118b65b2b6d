package dev.edgeai.runtime.benchmark;

import java.util.List;
import java.util.Optional;

/**
 * What was timed after one load of the models.
 *
 * @param models of each, in the order of the loaders
 * @param timed inferences of each
 * @param cpu what the process had and wanted of cores meanwhile; empty where the kernel does not tell
 */
record Round(List<OfModel> models, int timed, Optional<CpuTime> cpu) {
    /**
     * Of one model.
     *
     * @param blocks beside those of the other model, in the order of time
     * @param steady those without another model in between
     */
    record OfModel(List<Block> blocks, List<Block> steady) {}

    /** Share of the wanted CPU time that was waited for; 0 where the kernel does not tell. */
    double waitShare() {
        return cpu.map(CpuTime::waitShare).orElse(0.0);
    }

    Round quieterOf(Round other) {
        return other.waitShare() < waitShare() ? other : this;
    }
}
