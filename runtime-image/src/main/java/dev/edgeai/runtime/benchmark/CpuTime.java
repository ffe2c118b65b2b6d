package dev.edgeai.runtime.benchmark;

/**
 * What threads had and wanted of cores.
 *
 * @param ran time on a core, nanoseconds
 * @param waited time runnable without one, nanoseconds
 */
record CpuTime(double ran, double waited) {
    static final CpuTime NONE = new CpuTime(0, 0);

    CpuTime plus(CpuTime other) {
        return new CpuTime(ran + other.ran, waited + other.waited);
    }

    /** Share of the wanted time that was waited for, 0 to 1. */
    double waitShare() {
        return ran + waited == 0 ? 0 : waited / (ran + waited);
    }
}
