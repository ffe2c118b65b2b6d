package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.ModelFormat;

import java.util.List;
import java.util.Map;

/**
 * What was read of a model, in the same words for every format.
 *
 * @param format {@code ONNX} or {@code OpenVINO-IR}
 * @param operators operator type to number of nodes, bodies of loops and branches included
 * @param weights element type of weights ({@code float32}, {@code int8}) to their number
 * @param inputs inputs of the graph
 * @param outputs outputs of the graph
 * @param namesExperts whether a node or weight is named after an expert or a mixture of them
 */
record ModelFacts(
        ModelFormat format,
        Map<String, Integer> operators,
        Map<String, Long> weights,
        List<Port> inputs,
        List<Port> outputs,
        boolean namesExperts) {
    ModelFacts {
        operators = Map.copyOf(operators);
        weights = Map.copyOf(weights);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * An input or output.
     *
     * @param name as in the model
     * @param type element type
     * @param shape dimensions; a name or {@code ?} where open
     */
    record Port(String name, String type, List<String> shape) {
        Port {
            shape = List.copyOf(shape);
        }

        boolean isImage() {
            return shape.size() == 4 && (type.startsWith("float") || type.equals("uint8"));
        }

        boolean isTokens() {
            return shape.size() == 2 && (type.equals("int64") || type.equals("int32"));
        }

        /** For example {@code images: float32[N,1,28,28]}. */
        @Override
        public String toString() {
            String cut = name.length() <= 60 ? name : name.substring(0, 59) + "…";
            return cut + ": " + type
                    + shape.stream().limit(8).toList().toString().replace(" ", "");
        }
    }
}
