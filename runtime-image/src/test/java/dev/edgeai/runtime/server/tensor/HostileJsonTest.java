package dev.edgeai.runtime.server.tensor;

import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.server.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static dev.edgeai.runtime.server.TestServer.quoted;
import static org.assertj.core.api.Assertions.assertThat;

/** JSON that is written to harm. */
@Timeout(120)
class HostileJsonTest {
    private static final int LARGE = 32 << 20;

    @TempDir
    Path folder;

    private TestServer server;

    @BeforeEach
    void serve() throws Exception {
        server = TestServer.linear(folder.resolve("linear"), new ServerOptions(0, 2, 16, LARGE, LARGE));
    }

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void anArrayOfNothing() throws Exception {
        String body = "{'inputs':[" + "{},".repeat(LARGE / 3 - 16) + "{}]}";

        refused(body, "no 'name'");
    }

    @Test
    void bracketsInBrackets() throws Exception {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);

        refused("{'other':" + deep + "}", "depth");
        refused("{'inputs':" + deep + "}", "array of objects");
        refused("{'inputs':[{'name':'x','datatype':'FP32','shape':" + deep + "}]}", "whole numbers");
        refused("{'inputs':[{'data':" + deep + ",'name':'x','datatype':'FP32','shape':[1,2]}]}", "depth");
    }

    @Test
    void aShapeOfAMillionDimensions() throws Exception {
        String ones = "1,".repeat(1_000_000) + "1";

        refused("{'inputs':[{'name':'x','datatype':'FP32','shape':[" + ones + "],'data':[1]}]}", "at most 32 numbers");
    }

    @Test
    void anOutputThatIsAskedForAgainAndAgain() throws Exception {
        String outputs =
                IntStream.range(0, 100_000).mapToObj(_ -> "{'name':'y'}").collect(Collectors.joining(","));

        refused(
                "{'inputs':[{'name':'x','datatype':'FP32','shape':[1,2],'data':[1,1]}],'outputs':[" + outputs + "]}",
                "asked for twice");
    }

    @Test
    void moreInputsThanAnyModelHas() throws Exception {
        String inputs = IntStream.range(0, 100_000)
                .mapToObj(i -> "{'name':'" + i + "','datatype':'INT8','shape':[1],'data':[1]}")
                .collect(Collectors.joining(","));

        refused("{'inputs':[" + inputs + "]}", "at most 1000 inputs");
    }

    @Test
    void numbersThatTakeMoreThanTheMemory() throws Exception {
        int elements = LARGE / 2 - 64;
        String data = "1,".repeat(elements - 1) + "1";

        HttpResponse<String> response = server.infer(
                quoted("{'inputs':[{'name':'x','datatype':'FP64','shape':[" + elements + "],'data':[" + data + "]}]}"));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(413);
        assertThat(response.body()).contains("memory");
    }

    private void refused(String body, String sentence) throws Exception {
        HttpResponse<String> response = server.infer(quoted(body));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(sentence).hasSizeLessThan(1_000);
        assertThat(server.infer(quoted("{'inputs':[{'name':'x','datatype':'FP32','shape':[1,2],'data':[1,1]}]}"))
                        .statusCode())
                .isEqualTo(200);
    }
}
