package dev.edgeai.runtime.engine.installed;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.edgeai.runtime.assess.Assessor;
import dev.edgeai.runtime.assess.UnreadableModelException;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.OnnxVersions;
import dev.edgeai.runtime.testing.OnnxModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Versions of ONNX that are read: the assessment says no where the engine would. */
class OnnxVersionsTest {
    @TempDir
    Path folder;

    @Test
    void theNewestIsReadByBoth() throws Exception {
        write(OnnxVersions.NEWEST_FORMAT, OnnxVersions.NEWEST_OPERATORS);
        assertThatCode(() -> Engines.load(folder, Engines.forSource(folder), 1).close())
                .doesNotThrowAnyException();
        assertThat(Assessor.assess(folder).inputs()).containsExactly("x: float32[N,1]");
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "0, 1", "86, 0", "0, 73"})
    void whatIsNewerIsReadByNoneAndTheAssessmentNamesTheNewest(int format, int operators) throws Exception {
        write(OnnxVersions.NEWEST_FORMAT + format, OnnxVersions.NEWEST_OPERATORS + operators);
        assertThatThrownBy(() -> Engines.load(folder, Engines.forSource(folder), 1))
                .isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> Assessor.assess(folder))
                .isInstanceOf(UnreadableModelException.class)
                .hasMessageContaining("IR version %d and opset %d; the newest"
                        .formatted(OnnxVersions.NEWEST_FORMAT + format, OnnxVersions.NEWEST_OPERATORS + operators))
                .hasMessageContaining(
                        "are %d and %d,".formatted(OnnxVersions.NEWEST_FORMAT, OnnxVersions.NEWEST_OPERATORS));
    }

    private void write(long format, long operators) throws Exception {
        ModelProto.Builder model =
                OnnxModels.linear(new float[][] {{2}}).toBuilder().setIrVersion(format);
        model.getOpsetImportBuilder(0).setVersion(operators);
        OnnxModels.write(folder, model.build());
    }
}
