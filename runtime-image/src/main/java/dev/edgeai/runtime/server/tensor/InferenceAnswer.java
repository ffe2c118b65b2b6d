package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.tensor.InferenceRequest.RequestedOutput;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The answer to an inference request.
 *
 * @param id as the caller gave it
 * @param outputs in the order asked for
 */
record InferenceAnswer(ServedModel model, Optional<String> id, List<Output> outputs) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    private static final int JSON_BYTES_PER_ELEMENT = 13; // a float of typical length and its comma
    private static final int LARGEST_BUFFERED = 1 << 20;

    /**
     * One output.
     *
     * @param binary as raw little-endian bytes after the JSON
     */
    record Output(String name, Tensor tensor, boolean binary) {}

    /**
     * What the request asked for out of what the engine answered.
     *
     * @param answered the output of a name
     * @throws EngineException an output to be written as JSON holds NaN or infinity, which JSON cannot carry
     */
    static InferenceAnswer of(
            ServedModel served,
            LoadedModel model,
            InferenceRequest request,
            Function<String, @Nullable Tensor> answered) {
        List<RequestedOutput> wanted = request.outputs().isEmpty()
                ? model.outputs().stream()
                        .map(info -> new RequestedOutput(info.name(), Optional.empty()))
                        .toList()
                : request.outputs();
        List<Output> outputs = wanted.stream()
                .map(output -> new Output(
                        output.name(),
                        Objects.requireNonNull(answered.apply(output.name()), output.name()),
                        output.binary().orElse(request.binaryOutputs())))
                .toList();
        outputs.stream().filter(output -> !output.binary()).forEach(InferenceAnswer::requireFinite);
        return new InferenceAnswer(served, request.id(), outputs);
    }

    private static void requireFinite(Output output) {
        long at = TensorJson.firstNonFinite(output.tensor());
        if (at >= 0) {
            throw new EngineException("the model answered NaN or infinity in output '" + output.name() + "', element "
                    + at + ", which JSON cannot carry; to get it ask for binary output, "
                    + "\"parameters\": {\"binary_data_output\": true} of the request");
        }
    }

    /** Whether raw bytes follow the JSON. */
    boolean isBinary() {
        return outputs.stream().anyMatch(Output::binary);
    }

    /** Whether the answer is small enough to be put together in memory. */
    boolean isSmall() {
        return outputs.stream().mapToLong(output -> output.tensor().elements()).sum() * JSON_BYTES_PER_ELEMENT
                < LARGEST_BUFFERED;
    }

    /** The JSON; outputs that are binary give their size only. */
    byte[] json() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        writeJson(out);
        return out.toByteArray();
    }

    void writeJson(OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model_name", model.name());
            json.writeStringField("model_version", model.revision());
            if (id.isPresent()) {
                json.writeStringField("id", id.get());
            }
            json.writeArrayFieldStart("outputs");
            for (Output output : outputs) {
                writeOutput(output, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void writeOutput(Output output, JsonGenerator json) throws IOException {
        Tensor tensor = output.tensor();
        json.writeStartObject();
        json.writeStringField("name", output.name());
        json.writeStringField("datatype", tensor.type().name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape(), 0, tensor.shape().length);
        if (output.binary()) {
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", tensor.data().limit());
            json.writeEndObject();
        } else {
            json.writeFieldName("data");
            TensorJson.write(tensor, json);
        }
        json.writeEndObject();
    }

    /** The JSON and the raw bytes after it. */
    byte[] withBinary(byte[] json) {
        int size = json.length;
        for (Output output : outputs) {
            size = Math.addExact(size, output.binary() ? output.tensor().data().limit() : 0);
        }
        byte[] all = new byte[size];
        System.arraycopy(json, 0, all, 0, json.length);
        int at = json.length;
        for (Output output : outputs) {
            if (output.binary()) {
                int length = output.tensor().data().limit();
                output.tensor().data().get(0, all, at, length);
                at += length;
            }
        }
        return all;
    }
}
