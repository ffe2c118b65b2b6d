package dev.edgeai.runtime.artifact;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.pod.RuntimeFailure;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafeNameTest {
    private static final Path FOLDER = Path.of("/folder/source");

    @Property(tries = 5_000)
    void noNameEverLeadsOutOfTheFolder(@ForAll("names") String name) {
        Path place;
        try {
            place = SafeName.resolve(FOLDER, name);
        } catch (RuntimeFailure e) {
            assertThat(e.reason()).isEqualTo(FailureReason.UNSAFE_ARCHIVE);
            return;
        }
        assertThat(place.normalize()).isEqualTo(place);
        assertThat(place.startsWith(FOLDER)).isTrue();
        assertThat(place).isNotEqualTo(FOLDER);
        assertThat(FOLDER.relativize(place)).hasToString(name);
        assertThat(FOLDER.relativize(place).startsWith(".edgeai")).isFalse();
    }

    @Property
    void ordinaryNamesAreTaken(@ForAll("ordinary") List<String> segments) {
        String name = String.join("/", segments);

        assertThat(SafeName.resolve(FOLDER, name)).isEqualTo(FOLDER.resolve(name));
    }

    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> hostile = Arbitraries.of(
                "..",
                ".",
                "",
                "/",
                "//",
                "~",
                "\\",
                "..\\",
                "\u0000",
                "\n",
                "%2e%2e",
                ".edgeai",
                "...",
                "a",
                "b.onnx",
                "C:",
                "..;",
                " ",
                "\u202e",
                "ä",
                "\uff0e\uff0e");
        Arbitrary<String> any = Arbitraries.oneOf(hostile, Arbitraries.strings().ofMaxLength(6));
        return Combinators.combine(any.list().ofMaxSize(6), Arbitraries.of("/", "", "//", "/./", "/../"))
                .as((parts, separator) -> String.join(separator, parts));
    }

    @Provide
    Arbitrary<List<String>> ordinary() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("._-0 ")
                .ofMinLength(1)
                .ofMaxLength(20)
                .filter(name -> !name.equals(".") && !name.equals(".."))
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    @Example
    void aFolderThatIsALinkIsNotFollowed() throws IOException {
        Path folder = Files.createTempDirectory("safe-name");
        Path outside = Files.createTempDirectory("outside");
        Path link = Files.createSymbolicLink(folder.resolve("weights"), outside);
        try {
            assertThatThrownBy(() -> SafeName.resolve(folder, "weights/part-0.bin"))
                    .isInstanceOf(RuntimeFailure.class)
                    .hasMessageContaining("symbolic link");
        } finally {
            Files.delete(link);
            Files.delete(outside);
            Files.delete(folder);
        }
    }
}
