package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The rows here, the declarations in Python and the functions that they are of are lists of one thing. */
class TechniquesTest {
    private static final Path OPTIMIZERS = Path.of("../runtime-image/optimizers");
    /** Made from the declarations, which the optimizers' own tests hold it to. */
    private static final Path DOCUMENT = Path.of("../docs/techniques.md");

    private static final String TABLE = "(?ms)^%s\\b[^=]*= \\{(.*?)\\}";
    private static final Pattern KEY = Pattern.compile("\"([a-z0-9-]+)\":");
    private static final Pattern DECLARED = Pattern.compile("Technique\\(\\s*\"([a-z0-9-]+)\"");
    private static final Pattern WORD = Pattern.compile("`([^`]+)`");
    private static final Pattern RANGE = Pattern.compile("from (\\S+) to (\\S+)");
    /** No variant: the operator itself asks for it. */
    private static final String BASELINE = "baseline";

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
        assertThat(made(OPTIMIZERS.resolve(folder).resolve("optimize.py"), table))
                .isEqualTo(planned);
        assertThat(declared(OPTIMIZERS.resolve(folder).resolve("techniques.py")))
                .isEqualTo(planned);
    }

    static List<Technique> rows() {
        return Techniques.ALL;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyChoiceIsAParameterThatAllowsItsValuesAndDefaultsToTheFirst(Technique technique) throws IOException {
        String section = section(technique);
        for (Technique.Choice choice : technique.choices()) {
            String[] row = row(section, choice.parameter());
            assertThat(choice.values().getFirst())
                    .as("the default of %s", choice.parameter())
                    .isEqualTo(row[3].replace("`", ""));
            assertThat(choice.values()).allMatch(value -> allowed(row[4], value));
        }
    }

    private static Set<String> made(Path program, String table) throws IOException {
        Matcher found = Pattern.compile(TABLE.formatted(table)).matcher(Files.readString(program));
        assertThat(found.find()).as("a table " + table + " in " + program).isTrue();
        return KEY.matcher(found.group(1)).results().map(key -> key.group(1)).collect(Collectors.toSet());
    }

    private static Set<String> declared(Path declarations) throws IOException {
        return DECLARED.matcher(Files.readString(declarations))
                .results()
                .map(name -> name.group(1))
                .filter(name -> !name.equals(BASELINE))
                .collect(Collectors.toSet());
    }

    /** What the document says of a technique. */
    private static String section(Technique technique) throws IOException {
        String chapter = between(
                Files.readString(DOCUMENT), "\n`" + technique.framework().slug() + "`;", "\n## ");
        return between(chapter, "\n### `" + technique.name() + "`\n", "\n### ");
    }

    private static String between(String text, String start, String end) {
        assertThat(text).contains(start);
        String rest = text.substring(text.indexOf(start) + start.length());
        return rest.contains(end) ? rest.substring(0, rest.indexOf(end)) : rest;
    }

    /** Cells after the first bar: nothing, name, type, default, allowed values, meaning. */
    private static String[] row(String section, String parameter) {
        return section.lines()
                .filter(line -> line.startsWith("| `" + parameter + "` |"))
                .map(line -> line.split(" ?\\| ?", -1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parameter " + parameter + " in:\n" + section));
    }

    private static boolean allowed(String cell, String value) {
        Matcher range = RANGE.matcher(cell);
        if (range.matches()) {
            double number = Double.parseDouble(value);
            return Double.parseDouble(range.group(1)) <= number && number <= Double.parseDouble(range.group(2));
        }
        return WORD.matcher(cell).results().anyMatch(word -> word.group(1).equals(value));
    }
}
