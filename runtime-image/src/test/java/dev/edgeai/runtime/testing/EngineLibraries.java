package dev.edgeai.runtime.testing;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The engines' native libraries, which {@code ./test unit} fetches. A test without them fails, as one that is skipped is
 * missed by nobody; {@code -DskipEngines} skips it.
 */
public final class EngineLibraries {
    private EngineLibraries() {}

    /** Folder of OpenVINO's libraries; the test ends here when they are missing. */
    public static Path openVino() {
        return folder("edgeai.openvino.lib.dir");
    }

    /** Folder of llama.cpp's libraries; the test ends here when they are missing. */
    public static Path llamaCpp() {
        return folder("edgeai.llama.lib.dir");
    }

    private static Path folder(String property) {
        assumeThat(System.getProperty("skipEngines")).as("-DskipEngines").isNull();
        Path folder = Path.of(System.getProperty(property, "none"));
        assertThat(folder)
                .as("%s: './test unit' fetches the engines' libraries; -DskipEngines leaves their tests out", property)
                .isDirectory();
        return folder;
    }
}
