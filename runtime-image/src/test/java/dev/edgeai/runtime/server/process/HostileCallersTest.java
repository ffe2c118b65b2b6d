package dev.edgeai.runtime.server.process;

import dev.edgeai.runtime.testing.EngineLibraries;
import dev.edgeai.runtime.testing.GgufModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** A process with a small heap and callers who send what would fill it. */
@Timeout(300)
class HostileCallersTest {
    private static final int LARGEST = 14 << 20; // bytes, near a quarter of the heap

    @TempDir
    Path folder;

    @Test
    void aConversationOfNothingIsRefusedAndHurtsNobodyElse() throws Exception {
        List<String> small =
                List.of("-XX:+UseSerialGC", "-Xmx64m", "-Dedgeai.llama.lib.dir=" + EngineLibraries.llamaCpp());
        GgufModels.write(folder, GgufModels.llama(1, 2, 0));
        String nothing = "{\"messages\":[" + "{},".repeat(LARGEST / 3 - 16) + "{}]}";
        try (ServeProcess server = ServeProcess.start(folder, small);
                HttpClient client = HttpClient.newHttpClient()) {
            List<Integer> answered = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                CompletableFuture<HttpResponse<String>> hostile =
                        client.sendAsync(post(server, "/v1/chat/completions", nothing), BodyHandlers.ofString());
                do {
                    answered.add(client.send(
                                    post(server, "/v1/completions", "{\"prompt\":\"Hello\",\"max_tokens\":4}"),
                                    BodyHandlers.ofString())
                            .statusCode());
                } while (!hostile.isDone());

                assertThat(hostile.get().statusCode()).as(hostile.get().body()).isEqualTo(400);
            }
            assertThat(answered).containsOnly(200);
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static HttpRequest post(ServeProcess server, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
