package dev.edgeai.runtime.artifact.transfer;

import dev.edgeai.runtime.pod.RuntimeFailure;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.OutputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VerifiedCopyTest {
    @Test
    void aDiskWithoutRoomIsNotTheFilesFault() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };

        assertThatThrownBy(() -> new VerifiedCopy("file 'model.onnx'").append(full, new byte[4], 4))
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        e -> assertThat(e.reason().reason()).isEqualTo("DiskFull"))
                .hasMessageContainingAll("model.onnx", "No space left on device");
    }
}
