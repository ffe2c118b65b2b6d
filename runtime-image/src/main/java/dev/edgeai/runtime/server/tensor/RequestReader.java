package dev.edgeai.runtime.server.tensor;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.server.RefusedException;
import dev.edgeai.runtime.server.tensor.InferenceRequest.RequestedOutput;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads an inference request in one pass over its body, straight into tensors. Whether the tensors fit the model is the
 * engine's to say.
 */
final class RequestReader {
    private static final int MAX_TENSORS = 1_000;

    private final RequestBody body;
    private @Nullable String id;
    private RequestParameters parameters = RequestParameters.NONE;
    private boolean inputsGiven;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final List<RequestedOutput> outputs = new ArrayList<>();

    private RequestReader(RequestBody body) {
        this.body = body;
    }

    /**
     * Reads a request.
     *
     * @throws RefusedException the body is no inference request; the message names the tensor and what was expected
     */
    static InferenceRequest read(RequestBody body) {
        RequestReader reader = new RequestReader(body);
        try (JsonParser parser = body.parser(0)) {
            reader.readBody(parser);
        } catch (StreamConstraintsException e) { // tells no place
            throw RefusedException.badRequest("the body is not read: " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw RefusedException.badRequest("the body is not valid JSON: " + e.getOriginalMessage() + ", at byte "
                    + e.getLocation().getByteOffset());
        } catch (IOException e) {
            throw new IllegalStateException("cannot happen: the body is in memory", e);
        }
        if (body.binaryLeft() > 0) {
            throw RefusedException.badRequest(body.binaryLeft()
                    + " bytes after the JSON belong to no input; give each binary input its 'binary_data_size'");
        }
        return new InferenceRequest(
                Optional.ofNullable(reader.id),
                reader.inputs,
                reader.outputs,
                reader.parameters.binaryDataOutput().orElse(false));
    }

    private void readBody(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw RefusedException.badRequest("the body must be a JSON object with 'inputs'");
        }
        JsonFields.readObject(parser, field -> readField(parser, field));
        if (parser.nextToken() != null) {
            throw RefusedException.badRequest("the body goes on after the JSON object");
        }
        if (!inputsGiven) {
            throw RefusedException.badRequest("'inputs' is missing; of a model that takes none it is an empty array");
        }
    }

    private void readField(JsonParser parser, String field) throws IOException {
        switch (field) {
            case "id" -> id = JsonFields.string(parser, field);
            case "parameters" -> parameters = RequestParameters.read(parser, "the request");
            case "inputs" -> {
                inputsGiven = true;
                JsonFields.readObjects(parser, field, () -> readInput(parser));
            }
            case "outputs" -> JsonFields.readObjects(parser, field, () -> addOutput(readOutput(parser)));
            default -> parser.skipChildren();
        }
    }

    private void readInput(JsonParser parser) throws IOException {
        InputReader.NamedTensor input = InputReader.read(body, parser);
        if (inputs.size() == MAX_TENSORS) {
            throw RefusedException.badRequest("a request has at most " + MAX_TENSORS + " inputs");
        }
        if (inputs.put(input.name(), input.tensor()) != null) {
            throw RefusedException.badRequest("input '" + input.name() + "' is given twice");
        }
    }

    private void addOutput(RequestedOutput output) {
        if (outputs.stream().anyMatch(other -> other.name().equals(output.name()))) {
            throw RefusedException.badRequest("output '" + output.name() + "' is asked for twice");
        }
        if (outputs.size() == MAX_TENSORS) {
            throw RefusedException.badRequest("a request asks for at most " + MAX_TENSORS + " outputs");
        }
        outputs.add(output);
    }

    private static RequestedOutput readOutput(JsonParser parser) throws IOException {
        String name = null;
        RequestParameters parameters = RequestParameters.NONE;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "name" -> name = JsonFields.string(parser, field);
                case "parameters" -> parameters = RequestParameters.read(parser, "an output");
                default -> parser.skipChildren();
            }
        }
        if (name == null) {
            throw RefusedException.badRequest("an output has no 'name'");
        }
        return new RequestedOutput(name, parameters.binaryData());
    }
}
