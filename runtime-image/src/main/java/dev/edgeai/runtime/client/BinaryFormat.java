package dev.edgeai.runtime.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests and answers of the binary tensor extension: JSON, then the raw little-endian bytes of the tensors. */
final class BinaryFormat {
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private BinaryFormat() {}

    /**
     * A request's body.
     *
     * @param jsonLength bytes of it that are JSON
     */
    @SuppressWarnings("ArrayRecordComponent") // sent, never compared
    record Body(byte[] bytes, int jsonLength) {}

    static Body request(Map<String, Tensor> inputs) {
        List<Map<String, Object>> described = new ArrayList<>();
        int data = 0;
        for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
            Tensor tensor = input.getValue();
            described.add(Map.of(
                    "name", input.getKey(),
                    "datatype", tensor.type(),
                    "shape", tensor.shape(),
                    "parameters", Map.of("binary_data_size", tensor.data().limit())));
            data = Math.addExact(data, tensor.data().limit());
        }
        byte[] json = Json.write(Map.of("inputs", described, "parameters", Map.of("binary_data_output", true)))
                .getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[Math.addExact(json.length, data)];
        System.arraycopy(json, 0, bytes, 0, json.length);
        int at = json.length;
        for (Tensor tensor : inputs.values()) {
            tensor.data().get(0, bytes, at, tensor.data().limit());
            at += tensor.data().limit();
        }
        return new Body(bytes, json.length);
    }

    /**
     * The outputs of an answer, by name.
     *
     * @throws IOException it is no binary answer
     */
    static Map<String, Tensor> outputs(byte[] bytes, int jsonLength) throws IOException {
        JsonNode json = Json.mapper().readTree(bytes, 0, jsonLength);
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        int at = jsonLength;
        for (JsonNode output : json.path("outputs")) {
            int size = output.path("parameters").path("binary_data_size").asInt(-1);
            Tensor tensor = Tensor.allocate(
                    DataType.valueOf(output.path("datatype").asText()),
                    Json.mapper().convertValue(output.path("shape"), long[].class));
            if (size != tensor.data().limit() || size > bytes.length - at) {
                throw new IOException("output '" + output.path("name").asText() + "' is not as large as its shape");
            }
            tensor.data().put(0, bytes, at, size);
            outputs.put(output.path("name").asText(), tensor);
            at += size;
        }
        return outputs;
    }
}
