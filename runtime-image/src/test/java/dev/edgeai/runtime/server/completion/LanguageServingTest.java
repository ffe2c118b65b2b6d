package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgeai.api.trial.WarmupResult;
import dev.edgeai.runtime.cli.EdgeAi;
import dev.edgeai.runtime.client.Endpoint;
import dev.edgeai.runtime.client.SampleSet;
import dev.edgeai.runtime.client.WarmupLoad;
import dev.edgeai.runtime.pod.Environment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.assertj.core.api.Assertions.assertThat;

/** Completions of a small model in llama.cpp over HTTP. Skipped where its libraries are not installed. */
class LanguageServingTest {
    @TempDir
    Path folder;

    private LanguageTestServer server;

    @BeforeEach
    void serve() throws Exception {
        server = LanguageTestServer.start(folder, 2);
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private HttpResponse<String> complete(String fields) throws Exception {
        return post("/v1/completions", fields);
    }

    private HttpResponse<String> chat(String fields) throws Exception {
        return post("/v1/chat/completions", fields);
    }

    private HttpResponse<String> post(String path, String fields) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(server.uri(path))
                            .POST(BodyPublishers.ofString("{" + fields + "}"))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private static String text(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new ObjectMapper()
                .readTree(response.body())
                .at("/choices/0/text")
                .asText();
    }

    @Test
    void streamsTheTextThatIsAnsweredAtOnceWithoutIt() throws Exception {
        String whole = text(complete("\"prompt\":\"Hello\",\"max_tokens\":20"));
        HttpResponse<String> stream = complete("\"prompt\":\"Hello\",\"max_tokens\":20,\"stream\":true");
        StringBuilder joined = new StringBuilder();
        for (String line :
                stream.body().lines().filter(l -> l.startsWith("data: {")).toList()) {
            joined.append(new ObjectMapper()
                    .readTree(line.substring(6))
                    .at("/choices/0/text")
                    .asText());
        }
        assertThat(joined).hasToString(whole);
        assertThat(whole).isNotEmpty();
        assertThat(stream.body()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void isAskedByPredict() throws Exception {
        StringWriter out = new StringWriter();
        CommandLine edgeai = EdgeAi.commandLine(new Environment(Map.of())).setOut(new PrintWriter(out, true));
        String url = server.uri("").toString();
        int code = edgeai.execute("predict", "--url", url, "--model", "m", "--prompt", "Hello", "--max-tokens", "20");
        assertThat(code).isZero();
        assertThat(out.toString().strip())
                .isEqualTo(
                        text(complete("\"prompt\":\"Hello\",\"max_tokens\":20")).strip());
    }

    @Test
    void answersAConversationAsTheAssistant() throws Exception {
        String question = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":5";
        HttpResponse<String> answer = chat(question);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode choice = new ObjectMapper().readTree(answer.body()).at("/choices/0");
        assertThat(choice.at("/message/role").asText()).isEqualTo("assistant");
        assertThat(choice.at("/message/content").asText()).isNotEmpty();
        assertThat(chat(question + ",\"stream\":true").body())
                .contains("chat.completion.chunk")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void refusesAConversationThatIsNone() throws Exception {
        assertThat(chat("\"messages\":[]").statusCode()).isEqualTo(400);
        assertThat(chat("\"messages\":[{\"role\":\"boss\",\"content\":\"Hello\"}]")
                        .body())
                .contains("role");
        assertThat(chat("\"prompt\":\"Hello\"").statusCode()).isEqualTo(400);
    }

    @Test
    void theSameSeedGivesTheSameText() throws Exception {
        String fields = "\"prompt\":\"Hello\",\"max_tokens\":30,\"temperature\":1,\"seed\":";
        assertThat(text(complete(fields + 5))).isEqualTo(text(complete(fields + 5)));
        assertThat(text(complete(fields + 5))).isNotEqualTo(text(complete(fields + 6)));
    }

    @Test
    void countsTokensAndSaysWhyItEnded() throws Exception {
        JsonNode answer = new ObjectMapper()
                .readTree(complete("\"prompt\":\"Hello\",\"max_tokens\":3").body());
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(3);
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    }

    @Test
    void refusesPromptsLongerThanTheContextAndWhatItDoesNotSupport() throws Exception {
        HttpResponse<String> tooLong = complete("\"prompt\":\"" + "a".repeat(600) + "\"");
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(tooLong.body()).contains("tokens").contains("512");
        assertThat(complete("\"prompt\":\"a\",\"logprobs\":5").statusCode()).isEqualTo(400);
    }

    @Test
    void aStopSequenceEndsTheTextAndIsNoPartOfIt() throws Exception {
        String whole = text(complete("\"prompt\":\"Hello\",\"max_tokens\":20"));
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 1);
        String body = new ObjectMapper().writeValueAsString(stop);
        assertThat(text(complete("\"prompt\":\"Hello\",\"max_tokens\":20,\"stop\":" + body)))
                .isEqualTo(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void requestsAtOnceDoNotMix() throws Exception {
        String one = "\"prompt\":\"Hello\",\"max_tokens\":20";
        String other = "\"prompt\":\"Goodbye to all\",\"max_tokens\":20";
        String expectedOne = text(complete(one));
        String expectedOther = text(complete(other));
        try (ExecutorService callers = Executors.newFixedThreadPool(2)) {
            Future<HttpResponse<String>> first = callers.submit(() -> complete(one));
            Future<HttpResponse<String>> second = callers.submit(() -> complete(other));
            assertThat(text(first.get())).isEqualTo(expectedOne);
            assertThat(text(second.get())).isEqualTo(expectedOther);
        }
    }

    @Test
    void warmsUpWithPromptsAndReportsFailures() throws Exception {
        WarmupLoad warmup = new WarmupLoad(
                new Endpoint(server.uri(""), Optional.empty()),
                Optional.empty(),
                "m",
                Duration.ofSeconds(30),
                2,
                Duration.ofMinutes(1));
        WarmupResult result =
                warmup.run(SampleSet.of(List.of("Hello", "a".repeat(600), "Hello again"), 4), 200, _ -> {});
        assertThat(result.requests()).as("few prompts are sent again").isEqualTo(16);
        assertThat(result.failed()).isEqualTo(5);
        assertThat(result.firstError()).contains("400").contains("512");
        assertThat(result.quality()).isNull();
        assertThat(result.latencyP95Micros()).isPositive();
    }
}
