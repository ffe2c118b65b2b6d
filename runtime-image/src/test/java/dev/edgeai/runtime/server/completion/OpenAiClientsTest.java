package dev.edgeai.runtime.server.completion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What OpenAI's clients send by themselves, and what they need of an answer. */
class OpenAiClientsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUESTION = "'messages':[{'role':'user','content':'Hello'}]";

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'max_completion_tokens':3",
                "'max_tokens':null,'max_completion_tokens':3",
                "'n':1",
                "'n':null",
                "'frequency_penalty':0,'presence_penalty':0.0",
                "'logit_bias':{}",
                "'logit_bias':null",
                "'logprobs':false,'top_logprobs':null",
                "'response_format':{'type':'text'}",
                "'tools':[],'tool_choice':'none','parallel_tool_calls':true",
                "'tool_choice':'auto'",
                "'functions':[],'function_call':'none'",
                "'stream_options':null",
                "'stream':null,'seed':null,'stop':null,'temperature':null,'top_p':null",
                "'service_tier':'auto','store':false,'metadata':{'team':'a'},'user':'u'",
                "'modalities':['text'],'reasoning_effort':null"
            })
    void valuesThatChangeNothingPass(String fields) throws Exception {
        HttpResponse<String> answer = chat(QUESTION + ",'max_tokens':3," + fields);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).at("/usage/completion_tokens").asInt())
                .isLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'n':2",
                "'frequency_penalty':0.5",
                "'logit_bias':{'5':100}",
                "'logprobs':true",
                "'response_format':{'type':'json_object'}",
                "'tools':[{'type':'function'}]",
                "'invented':1"
            })
    void valuesThatWouldChangeTheAnswerAreRefusedByName(String field) throws Exception {
        HttpResponse<String> answer = chat(QUESTION + "," + field);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = JSON.readTree(answer.body()).get("error");
        String name = field.substring(1, field.indexOf('\'', 1));
        assertThat(error.get("param").asText()).isEqualTo(name);
        assertThat(error.get("message").asText()).contains("'" + name + "'");
        assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.has("code")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'role':'developer','content':'Be short'},{'role':'user','content':'Hello'}]",
                "[{'role':'user','content':[{'type':'text','text':'Hel'},{'type':'text','text':'lo'}]}]",
                "[{'role':'user','content':'Hello'},{'role':'assistant','content':'Hi','refusal':null,'tool_calls':[]},"
                        + "{'role':'user','content':'Hello'}]"
            })
    void messagesOfEveryFormAreTaken(String messages) throws Exception {
        HttpResponse<String> answer = chat("'max_tokens':3,'messages':" + messages);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void partsAreTheSameAsTheirText() throws Exception {
        String whole = chat("'max_tokens':8," + QUESTION).body();
        String parts = chat("'max_tokens':8,'messages':[{'role':'user','content':[{'type':'text','text':'Hel'},"
                        + "{'type':'text','text':'lo'}]}]")
                .body();

        assertThat(JSON.readTree(parts).at("/choices/0/message"))
                .isEqualTo(JSON.readTree(whole).at("/choices/0/message"));
    }

    @Test
    void aListOfOnePromptIsTaken() throws Exception {
        assertThat(post("/v1/completions", "'prompt':['Hello'],'max_tokens':3").statusCode())
                .isEqualTo(200);
        assertThat(post("/v1/completions", "'prompt':['Hello','Hello']").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aConversationIsAnsweredToItsEnd() throws Exception {
        JsonNode answer = JSON.readTree(chat(QUESTION).body());

        int written = answer.at("/usage/completion_tokens").asInt();
        boolean full =
                answer.at("/usage/total_tokens").asInt() == server.model().contextLength();
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo(full ? "length" : "stop");
        assertThat(written).isGreaterThan(16);
    }

    @Test
    void answersHaveWhatClientsReadOfThem() throws Exception {
        JsonNode whole = JSON.readTree(chat(QUESTION + ",'max_tokens':3").body());
        assertThat(whole.get("id").asText()).startsWith("chatcmpl-");
        assertThat(whole.get("created").asLong()).isGreaterThan(1_700_000_000L);

        List<JsonNode> events =
                events(chat(QUESTION + ",'max_tokens':3,'stream':true,'stream_options':{'include_usage':true}"));
        assertThat(events)
                .extracting(event -> event.get("id").asText())
                .containsOnly(events.get(0).get("id").asText());
        assertThat(events).extracting(event -> event.get("created").asLong()).doesNotContain(0L);
        assertThat(events.getFirst().at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(events.getLast().at("/usage/completion_tokens").asInt()).isPositive();
        assertThat(events.getLast().get("choices")).isEmpty();
    }

    @Test
    void aModelIsFoundByItsName() throws Exception {
        assertThat(JSON.readTree(get("/v1/models/m").body()).get("id").asText()).isEqualTo("m");

        HttpResponse<String> other = get("/v1/models/gpt-4");
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(other.body()).at("/error/code").asText()).isEqualTo("model_not_found");
        assertThat(JSON.readTree(chat("'model':'gpt-4'," + QUESTION).body())
                        .at("/error/message")
                        .asText())
                .contains("'gpt-4'");
    }

    private static List<JsonNode> events(HttpResponse<String> stream) {
        return stream.body()
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> {
                    try {
                        return JSON.readTree(line.substring(6));
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private HttpResponse<String> chat(String fields) throws Exception {
        return post("/v1/chat/completions", fields);
    }

    private HttpResponse<String> post(String path, String fields) throws Exception {
        return send(HttpRequest.newBuilder(server.uri(path))
                .POST(BodyPublishers.ofString("{" + fields.replace('\'', '"') + "}")));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(server.uri(path)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }
}
