package dev.edgeai.runtime.artifact;

import dev.edgeai.runtime.pod.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReferenceTest {
    private static final String HEX = "0123456789abcdef".repeat(4);

    @Test
    void readsRegistryRepositoryTagAndDigest() {
        Reference reference = Reference.parse("oci://registry.registry:5000/models/my.digits:1.0@sha256:" + HEX);

        assertThat(reference)
                .isEqualTo(new Reference("registry.registry:5000", "models/my.digits", "1.0", new Digest(HEX)));
        assertThat(reference.manifestKey()).isEqualTo("sha256:" + HEX);
        assertThat(reference).hasToString("registry.registry:5000/models/my.digits:1.0@sha256:" + HEX);
    }

    @Test
    void withoutTagAndDigestItIsTheLatest() {
        assertThat(Reference.parse("registry/digits").manifestKey()).isEqualTo("latest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "digits",
                "registry/",
                "registry/Digits",
                "registry/../digits",
                "registry/a//b",
                "https://registry/digits",
                "registry/digits:",
                "registry/digits@sha256:12",
                "registry/digits@sha512:0000",
                "user:password@registry/digits",
                "registry:port/digits",
                "registry/digits?x=1"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("oci://registry/repository:tag");
    }
}
