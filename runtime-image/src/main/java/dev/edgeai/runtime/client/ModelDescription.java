package dev.edgeai.runtime.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.TensorInfo;

import java.util.List;
import java.util.Map;

/**
 * A model's metadata as a server of the Open Inference Protocol tells it.
 *
 * @param name as in request paths
 * @param versions of this server: the revision
 * @param platform {@code <project>_<format>}
 * @param inputs what it takes
 * @param outputs what it answers
 * @param parameters engine, task, certificate
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ModelDescription(
        String name,
        List<String> versions,
        String platform,
        List<Described> inputs,
        List<Described> outputs,
        Map<String, String> parameters) {

    @SuppressWarnings({"NullAway", "ConstantValue"}) // optional in the protocol
    public ModelDescription {
        versions = versions == null ? List.of() : List.copyOf(versions);
        inputs = inputs == null ? List.of() : List.copyOf(inputs);
        outputs = outputs == null ? List.of() : List.copyOf(outputs);
        parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
    }

    /** One tensor. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Described(String name, DataType datatype, List<Long> shape) {
        TensorInfo info() {
            return new TensorInfo(name, datatype, shape);
        }
    }

    /** Whether it takes text and no tensors. */
    public boolean language() {
        return inputs.isEmpty() && outputs.isEmpty();
    }

    public List<TensorInfo> inputInfos() {
        return inputs.stream().map(Described::info).toList();
    }

    public List<TensorInfo> outputInfos() {
        return outputs.stream().map(Described::info).toList();
    }
}
