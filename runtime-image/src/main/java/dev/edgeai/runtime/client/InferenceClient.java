package dev.edgeai.runtime.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.client.InferenceFailedException.Kind;
import dev.edgeai.runtime.engine.Tensor;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Speaks the Open Inference Protocol to one model. Nothing is tried twice. Each client has connections of its own, so a
 * new client behind a Service may reach another pod.
 */
public final class InferenceClient implements AutoCloseable {
    private static final int SHOWN_CHARACTERS = 300;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final String REVISION = "X-EdgeAI-Revision";
    private static final String PROBE = "X-EdgeAI-Probe";

    private final HttpClient http;
    private final String completionsUri;
    private final String model;
    private final String modelUri;
    private final Duration timeout;
    private final boolean probe;
    private final Optional<String> revision;

    /**
     * A client; connects at the first request.
     *
     * @param base for example {@code http://preview.vision}
     * @param model the model's name
     * @param timeout for a whole request
     */
    public InferenceClient(URI base, String model, Duration timeout) {
        this(base, model, timeout, false, Optional.empty());
    }

    /**
     * A client that cares who answers.
     *
     * @param probe whether its requests are marked as probes, so that they do not count as users' ones
     * @param revision the only one whose answers are taken, if given
     */
    InferenceClient(URI base, String model, Duration timeout, boolean probe, Optional<String> revision) {
        this.probe = probe;
        this.revision = revision;
        String root = base.toString();
        root = root.endsWith("/") ? root.substring(0, root.length() - 1) : root;
        completionsUri = root + "/v1/completions";
        modelUri = root + "/v2/models/"
                + URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
        this.model = model;
        this.timeout = timeout;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * An answer.
     *
     * @param revision of the pod that answered; empty when it does not tell
     * @param outputs by name
     */
    public record Answer(String revision, Map<String, Tensor> outputs) {}

    /** The model's metadata. */
    public ModelDescription describe() throws InferenceFailedException, InterruptedException {
        HttpResponse<byte[]> response = send(HttpRequest.newBuilder(URI.create(modelUri)));
        try {
            return Json.read(new String(response.body(), StandardCharsets.UTF_8), ModelDescription.class);
        } catch (IOException e) {
            throw new InferenceFailedException(
                    Kind.MODEL, modelUri + " answered no model metadata: " + e.getMessage(), e);
        }
    }

    /** One inference, in binary both ways. */
    public Answer infer(Map<String, Tensor> inputs) throws InferenceFailedException, InterruptedException {
        BinaryFormat.Body body = BinaryFormat.request(inputs);
        HttpResponse<byte[]> response = send(HttpRequest.newBuilder(URI.create(modelUri + "/infer"))
                .header("Content-Type", "application/octet-stream")
                .header(BinaryFormat.JSON_LENGTH, Integer.toString(body.jsonLength()))
                .POST(BodyPublishers.ofByteArray(body.bytes())));
        try {
            long jsonLength = response.headers()
                    .firstValueAsLong(BinaryFormat.JSON_LENGTH)
                    .orElseThrow(() -> new IOException("the server does not speak the binary tensor extension"));
            return new Answer(
                    response.headers().firstValue(REVISION).orElse(""),
                    BinaryFormat.outputs(response.body(), Math.toIntExact(jsonLength)));
        } catch (IOException | RuntimeException e) {
            throw new InferenceFailedException(Kind.MODEL, modelUri + " gave no valid answer: " + e.getMessage(), e);
        }
    }

    /**
     * Lets a language model go on from a prompt, with its likeliest tokens.
     *
     * @param maxTokens most tokens to write
     * @return what it wrote
     */
    public String complete(String prompt, int maxTokens) throws InferenceFailedException, InterruptedException {
        String body = Json.write(new CompletionBody(model, prompt, maxTokens));
        HttpResponse<byte[]> response = send(HttpRequest.newBuilder(URI.create(completionsUri))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
        try {
            return Json.read(new String(response.body(), StandardCharsets.UTF_8), CompletionAnswer.class)
                    .choices()
                    .getFirst()
                    .text();
        } catch (IOException | RuntimeException e) {
            throw new InferenceFailedException(
                    Kind.MODEL, completionsUri + " gave no valid answer: " + e.getMessage(), e);
        }
    }

    private record CompletionBody(
            String model,
            String prompt,
            @JsonProperty("max_tokens") int maxTokens) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record CompletionAnswer(List<Choice> choices) {
        @JsonIgnoreProperties(ignoreUnknown = true)
        private record Choice(String text) {}
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws InferenceFailedException, InterruptedException {
        if (probe) {
            request.header(PROBE, "1");
        }
        HttpRequest sent = request.timeout(timeout).build();
        HttpResponse<byte[]> response;
        try {
            response = http.send(sent, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            boolean late = e instanceof HttpTimeoutException && !(e instanceof HttpConnectTimeoutException);
            throw new InferenceFailedException(
                    late ? Kind.TIMED_OUT : Kind.UNREACHABLE, "no answer from " + sent.uri() + ": " + why, e);
        }
        Optional<String> answered = response.headers().firstValue(REVISION);
        if (revision.isPresent() && answered.isPresent() && !answered.equals(revision)) {
            throw new InferenceFailedException(
                    Kind.UNREACHABLE,
                    "%s was answered by revision %s instead of %s"
                            .formatted(sent.uri(), answered.get(), revision.get()));
        }
        if (response.statusCode() != HttpURLConnection.HTTP_OK) {
            throw new InferenceFailedException(
                    kind(response.statusCode(), answered.isPresent()),
                    sent.uri() + " answered " + response.statusCode() + ": " + shown(response));
        }
        return response;
    }

    /** A status without the revision's header is not the model server's, but a proxy's on the way. */
    private static Kind kind(int status, boolean fromServer) {
        return switch (status) {
            case HttpURLConnection.HTTP_BAD_GATEWAY, HttpURLConnection.HTTP_GATEWAY_TIMEOUT -> Kind.UNREACHABLE;
            case HttpURLConnection.HTTP_UNAVAILABLE, TOO_MANY_REQUESTS -> fromServer ? Kind.REFUSED : Kind.UNREACHABLE;
            default -> fromServer ? Kind.MODEL : Kind.UNREACHABLE;
        };
    }

    private static String shown(HttpResponse<byte[]> response) {
        String text = new String(response.body(), StandardCharsets.UTF_8);
        return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
