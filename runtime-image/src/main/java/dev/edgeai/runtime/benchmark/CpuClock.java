package dev.edgeai.runtime.benchmark;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * CPU time in nanoseconds, from {@code clock_gettime}. The JDK's own figure for the process moves in steps of 10 ms,
 * longer than many blocks.
 */
public final class CpuClock {
    private static final int CLOCK_PROCESS_CPUTIME_ID = 2;
    private static final int CLOCK_THREAD_CPUTIME_ID = 3;
    private static final long NANOS = 1_000_000_000L;

    private static final MethodHandle CLOCK_GETTIME = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private final MemorySegment time = Arena.ofAuto().allocate(JAVA_LONG, 2);

    /** Of all threads of this process. */
    public long ofProcess() {
        return nanos(CLOCK_PROCESS_CPUTIME_ID);
    }

    /** Of the calling thread. */
    long ofThread() {
        return nanos(CLOCK_THREAD_CPUTIME_ID);
    }

    private long nanos(int clock) {
        try {
            if ((int) CLOCK_GETTIME.invokeExact(clock, time) != 0) {
                throw new IllegalStateException("clock_gettime gives no CPU time");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("clock_gettime failed", e);
        }
        return time.getAtIndex(JAVA_LONG, 0) * NANOS + time.getAtIndex(JAVA_LONG, 1);
    }
}
