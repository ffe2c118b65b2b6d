package dev.edgeai.runtime.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.TensorInfo;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Health and metadata of the server and of its model, under {@code /v2}. */
final class MetadataService implements HttpService {
    private final ServedModel model;
    private final BooleanSupplier ready;
    private final BooleanSupplier live;
    private final byte[] serverMetadata;
    private final byte[] modelMetadata;

    /**
     * @param inputs tensors it takes; none for a language model
     * @param outputs tensors it answers
     * @param ready whether new requests are wanted
     * @param live whether the engine goes on with what it was given
     */
    MetadataService(
            ServedModel model,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            BooleanSupplier ready,
            BooleanSupplier live) {
        this.model = model;
        this.ready = ready;
        this.live = live;
        serverMetadata = JsonAnswers.bytes(new ServerMetadata("edgeai", version(), List.of("binary_tensor_data")));
        modelMetadata = JsonAnswers.bytes(new ModelMetadata(
                model.name(),
                List.of(model.revision()),
                model.platform(),
                inputs.stream().map(TensorMetadata::of).toList(),
                outputs.stream().map(TensorMetadata::of).toList(),
                parameters(model)));
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/", (_, response) -> JsonAnswers.send(response, Status.OK_200, serverMetadata))
                .get("/health/live", (_, response) -> sendState(response, "live", live.getAsBoolean(), Map.of()))
                .get("/health/ready", (_, response) -> sendReady(response, Map.of()));
        for (String path : List.of("/models/{name}", "/models/{name}/versions/{version}")) {
            rules.get(path, this::modelMetadata).get(path + "/ready", this::modelReady);
        }
    }

    private void modelMetadata(ServerRequest request, ServerResponse response) {
        ModelPath.require(request, model);
        JsonAnswers.send(response, Status.OK_200, modelMetadata);
    }

    private void modelReady(ServerRequest request, ServerResponse response) {
        ModelPath.require(request, model);
        sendReady(response, Map.of("name", model.name()));
    }

    private void sendReady(ServerResponse response, Map<String, Object> more) {
        sendState(response, "ready", ready.getAsBoolean(), more);
    }

    private static void sendState(ServerResponse response, String state, boolean holds, Map<String, Object> more) {
        Map<String, Object> body = new LinkedHashMap<>(more);
        body.put(state, holds);
        JsonAnswers.send(response, holds ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503, JsonAnswers.bytes(body));
    }

    private static Map<String, String> parameters(ServedModel model) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("engine", model.engine());
        parameters.put("engine_version", model.engineVersion());
        model.task().ifPresent(task -> parameters.put("task", task.name()));
        parameters.put("certified", Boolean.toString(model.certified().isPresent()));
        model.certified().ifPresent(certified -> {
            parameters.put("artifact", certified.artifact());
            parameters.put("accelerator", certified.accelerator());
            parameters.put("run", certified.run());
            parameters.put("trial", certified.trial());
        });
        return parameters;
    }

    private static String version() {
        return Optional.ofNullable(MetadataService.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    private record ServerMetadata(String name, String version, List<String> extensions) {}

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record ModelMetadata(
            String name,
            List<String> versions,
            String platform,
            List<TensorMetadata> inputs,
            List<TensorMetadata> outputs,
            Map<String, String> parameters) {}

    private record TensorMetadata(String name, DataType datatype, List<Long> shape) {
        static TensorMetadata of(TensorInfo info) {
            return new TensorMetadata(info.name(), info.type(), info.shape());
        }
    }
}
