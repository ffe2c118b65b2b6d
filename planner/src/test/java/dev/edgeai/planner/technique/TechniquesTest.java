package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The rows here and the functions in Python are two lists of one thing. */
class TechniquesTest {
    private static final Path OPTIMIZERS = Path.of("../runtime-image/optimizers");
    private static final String TABLE = "(?ms)^%s\\b[^=]*= \\{(.*?)\\}";
    private static final Pattern KEY = Pattern.compile("\"([a-z0-9-]+)\":");

    @ParameterizedTest
    @CsvSource({
        "OPENVINO, openvino, TECHNIQUES",
        "ONNX_RUNTIME, onnxruntime, TECHNIQUES",
        "OLIVE, olive, TECHNIQUES",
        "LLAMA_CPP, llamacpp, TYPES",
        "MLX, mlx, BITS"
    })
    void everyTechniqueThatIsPlannedIsKnownToItsOptimizerAndTheOtherWayRound(
            Framework framework, String folder, String table) throws IOException {
        Set<String> planned = Techniques.ALL.stream()
                .filter(technique -> technique.framework() == framework)
                .map(Technique::name)
                .collect(Collectors.toSet());
        assertThat(known(OPTIMIZERS.resolve(folder).resolve("optimize.py"), table))
                .isEqualTo(planned);
    }

    private static Set<String> known(Path program, String table) throws IOException {
        Matcher found = Pattern.compile(TABLE.formatted(table)).matcher(Files.readString(program));
        assertThat(found.find()).as("a table " + table + " in " + program).isTrue();
        return KEY.matcher(found.group(1)).results().map(key -> key.group(1)).collect(Collectors.toSet());
    }
}
