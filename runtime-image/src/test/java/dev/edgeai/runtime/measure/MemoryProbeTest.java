package dev.edgeai.runtime.measure;

import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.GgufModels;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(300)
class MemoryProbeTest {
    private static final int LAYERS = 16;

    /** Keys and values of each token of the context in each layer, 64 numbers of 16 bits each. */
    private static final long SESSION = 2L * LAYERS * GgufModels.CONTEXT * 64 * Short.BYTES;

    @TempDir
    Path folder;

    @BeforeAll
    static void findLibraries() {
        EngineLibraries.llamaCpp();
    }

    @Test
    void aLanguageModelsMemoryHoldsASessionForEachGenerationThatIsServedAtOnce() throws Exception {
        GgufModels.write(folder, GgufModels.llama(1, LAYERS, 0));

        long more = footprint(8) - footprint(1);

        assertThat(more).isBetween(7 * SESSION, 21 * SESSION);
    }

    private long footprint(int concurrency) {
        MemoryTask task = new MemoryTask(
                folder.toString(), Engines.forSource(folder), 1, concurrency, Map.of(), List.of(1, 40, 50, 60));
        MemoryProbe.Memory memory = new MemoryProbe(folder, 1).measure(task);
        return memory.peakBytes() - memory.engineBytes();
    }
}
