package dev.edgeai.operator.misbehaving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgeai.operator.services.ApiClients;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;

import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An API server that misbehaves on demand, and keeps what it is sent otherwise. It knows names, UIDs, resource versions and
 * their preconditions, and nothing else of Kubernetes: see docs/decisions/mock-api-server.md.
 */
public final class MisbehavingApi implements AutoCloseable {
    /** It tells of each request; kept, as a logger that nobody holds forgets its level. */
    private static final Logger LOG = Logger.getLogger(MockWebServer.class.getName());

    private static final int ALWAYS = Integer.MAX_VALUE;
    private static final int UNPROCESSABLE = 422;

    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(Serialization.jsonMapper()), new MockWebServer(), new HashMap<>(), new Answers(), false);
    private final Map<String, ObjectNode> objects = new TreeMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final KubernetesClient client;
    private int versions;

    /**
     * A request as it came.
     *
     * @param path with its query
     */
    public record Asked(String method, String path, JsonNode body) {}

    /**
     * What is to go wrong.
     *
     * @param done whether the request does what it asks for all the same
     */
    private record Fault(String method, String path, AtomicInteger times, boolean done, MockResponse answer) {
        boolean strikes(Asked request) {
            return method.equals(request.method()) && request.path().contains(path) && times.getAndDecrement() > 0;
        }
    }

    public MisbehavingApi() {
        LOG.setLevel(Level.WARNING);
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(ApiClients.patient(new ConfigBuilder(Config.empty())
                        .withMasterUrl(server.url("/"))
                        .withHttp2Disable(true)
                        .withRequestRetryBackoffInterval(1)))
                .build();
    }

    /** Configured as the operator's is, with shorter waits. */
    public KubernetesClient client() {
        return client;
    }

    /** Puts an object there, with a UID and a resource version; one of the same name is replaced. */
    public synchronized <T extends HasMetadata> T keep(T object) {
        ObjectNode stored = store(pathOf(object), Serialization.jsonMapper().valueToTree(object), "");
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) object.getClass();
        return Serialization.jsonMapper().convertValue(stored, type);
    }

    /** Takes an object away behind the operator's back. */
    public synchronized void lose(HasMetadata object) {
        objects.remove(pathOf(object));
    }

    /** From now on such requests are refused. */
    public synchronized void refuse(String method, String path, int code, String message) {
        refuse(ALWAYS, method, path, code, message);
    }

    /** So many such requests are refused. */
    public synchronized void refuse(int times, String method, String path, int code, String message) {
        faults.add(new Fault(method, path, new AtomicInteger(times), false, status(code, message)));
    }

    /** One such request is done and answered with this code, as by something between. */
    public synchronized void loseAnswer(String method, String path, int code) {
        faults.add(new Fault(method, path, new AtomicInteger(1), true, status(code, "the answer was lost")));
    }

    /** Requests so far. */
    public synchronized List<Asked> asked(String method, String path) {
        return asked.stream()
                .filter(request ->
                        method.equals(request.method()) && request.path().contains(path))
                .toList();
    }

    /** All requests so far that are to change something, Events excepted. */
    public synchronized List<Asked> writes() {
        return asked.stream()
                .filter(request -> !"GET".equals(request.method()))
                .filter(request -> !request.path().contains("/events"))
                .toList();
    }

    /** What the Events say. */
    public List<String> told() {
        return asked("POST", "/events").stream()
                .map(event -> event.body().path("reason").asText() + ": "
                        + event.body().path("message").asText())
                .toList();
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }

    private final class Answers extends Dispatcher {
        @Override
        public MockResponse dispatch(RecordedRequest request) {
            String body = request.getUtf8Body();
            Asked now = new Asked(
                    request.getMethod(),
                    request.getPath(),
                    body == null || body.isEmpty()
                            ? Serialization.jsonMapper().createObjectNode()
                            : Serialization.unmarshal(body, JsonNode.class));
            synchronized (MisbehavingApi.this) {
                asked.add(now);
                for (Fault fault : faults) {
                    if (fault.strikes(now)) {
                        if (fault.done()) {
                            answer(now);
                        }
                        return fault.answer();
                    }
                }
                return answer(now);
            }
        }
    }

    private MockResponse answer(Asked request) {
        String path = request.path().replaceFirst("\\?.*", "");
        boolean tried = request.path().contains("dryRun=");
        return switch (request.method()) {
            case "GET" -> get(path);
            case "POST" -> post(path + "/" + request.body().at("/metadata/name").asText(), request.body(), tried);
            case "PATCH" -> patch(path, request.body(), tried);
            case "DELETE" -> delete(path, request.body().path("preconditions"));
            default -> status(HttpURLConnection.HTTP_BAD_METHOD, "not known here");
        };
    }

    private MockResponse get(String path) {
        if (objects.containsKey(path)) {
            return ok(objects.get(path));
        }
        boolean one = path.matches(".*/namespaces/[^/]+/[^/]+/.+");
        if (one) {
            return status(HttpURLConnection.HTTP_NOT_FOUND, path + " not found");
        }
        ObjectNode list = Serialization.jsonMapper().createObjectNode();
        list.put("apiVersion", "v1").put("kind", "List").putObject("metadata").put("resourceVersion", versions);
        objects.entrySet().stream()
                .filter(entry -> entry.getKey().matches(path + "/[^/]+"))
                .forEach(entry -> list.withArray("items").add(entry.getValue()));
        list.withArray("items");
        return ok(list);
    }

    private MockResponse post(String path, JsonNode body, boolean tried) {
        if (objects.containsKey(path)) {
            return status(HttpURLConnection.HTTP_CONFLICT, path + " already exists");
        }
        return ok(tried ? (ObjectNode) body : store(path, body, ""));
    }

    private MockResponse patch(String path, JsonNode body, boolean tried) {
        ObjectNode there = objects.get(path);
        if (body.isArray()) {
            return there == null
                    ? status(HttpURLConnection.HTTP_NOT_FOUND, "gone")
                    : jsonPatch(path, there, body, tried);
        }
        String wanted = body.at("/metadata/uid").asText();
        String uid = there == null ? "" : there.at("/metadata/uid").asText();
        if (!wanted.isEmpty() && !wanted.equals(uid)) {
            return status(HttpURLConnection.HTTP_CONFLICT, "uid mismatch");
        }
        return ok(tried ? (ObjectNode) body : store(path, body, uid));
    }

    private MockResponse jsonPatch(String path, ObjectNode there, JsonNode patch, boolean tried) {
        try {
            JsonNode patched = JsonPatch.apply(patch, there);
            return ok(
                    tried
                            ? (ObjectNode) patched
                            : store(path, patched, there.at("/metadata/uid").asText()));
        } catch (JsonPatchException e) {
            return status(UNPROCESSABLE, e.getMessage());
        }
    }

    private MockResponse delete(String path, JsonNode preconditions) {
        ObjectNode there = objects.get(path);
        if (there == null) {
            return status(HttpURLConnection.HTTP_NOT_FOUND, "gone");
        }
        for (String field : List.of("uid", "resourceVersion")) {
            JsonNode expected = preconditions.path(field);
            if (!expected.isMissingNode() && !expected.equals(there.at("/metadata/" + field))) {
                return status(HttpURLConnection.HTTP_CONFLICT, field + " is another");
            }
        }
        return ok(objects.remove(path));
    }

    private ObjectNode store(String path, JsonNode body, String uid) {
        ObjectNode stored = body.deepCopy();
        ObjectNode metadata = stored.withObject("/metadata");
        metadata.put("uid", uid.isEmpty() ? "uid-" + ++versions : uid);
        metadata.put("resourceVersion", String.valueOf(++versions));
        metadata.put("creationTimestamp", "2026-01-01T12:00:00Z");
        JsonNode text = stored.remove("stringData");
        if (text != null) {
            text.properties()
                    .forEach(entry -> stored.withObject("/data")
                            .put(
                                    entry.getKey(),
                                    Base64.getEncoder()
                                            .encodeToString(
                                                    entry.getValue().asText().getBytes(StandardCharsets.US_ASCII))));
        }
        objects.put(path, stored);
        return stored;
    }

    private static String pathOf(HasMetadata object) {
        String api = object.getApiVersion();
        return "/%s/%s/namespaces/%s/%s/%s"
                .formatted(
                        api.contains("/") ? "apis" : "api",
                        api,
                        object.getMetadata().getNamespace(),
                        object.getPlural(),
                        object.getMetadata().getName());
    }

    private static MockResponse ok(ObjectNode body) {
        return new MockResponse().setResponseCode(HttpURLConnection.HTTP_OK).setBody(body.toString());
    }

    private static MockResponse status(int code, String message) {
        return new MockResponse()
                .setResponseCode(code)
                .setBody(Serialization.asJson(new StatusBuilder()
                        .withStatus("Failure")
                        .withCode(code)
                        .withMessage(message)
                        .build()));
    }
}
