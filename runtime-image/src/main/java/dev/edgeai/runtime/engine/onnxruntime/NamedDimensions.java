package dev.edgeai.runtime.engine.onnxruntime;

import ai.onnxruntime.NodeInfo;
import dev.edgeai.runtime.engine.Tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The open dimensions of an ONNX model's inputs that have a name, which stands for one size in a request. ONNX Runtime
 * does not hold inputs against it, so this tells, once an inference has failed, whether the request was at fault.
 */
final class NamedDimensions {
    private final List<Dimension> dimensions;

    private NamedDimensions(List<Dimension> dimensions) {
        this.dimensions = List.copyOf(dimensions);
    }

    /** A dimension of an input, outermost first. */
    private record Dimension(String name, String input, int position) {}

    static NamedDimensions of(Map<String, NodeInfo> inputs) {
        List<Dimension> named = new ArrayList<>();
        inputs.forEach((input, node) -> {
            if (node.getInfo() instanceof ai.onnxruntime.TensorInfo info) {
                String[] names = info.getDimensionNames();
                for (int i = 0; i < names.length; i++) {
                    if (!names[i].isEmpty()) {
                        named.add(new Dimension(names[i], input, i));
                    }
                }
            }
        });
        return new NamedDimensions(named);
    }

    /**
     * In a sentence, where two sizes are given for one name.
     *
     * @param tensors one for each input, of its rank
     */
    Optional<String> contradiction(Map<String, Tensor> tensors) {
        Map<String, Dimension> first = new HashMap<>();
        for (Dimension d : dimensions) {
            Dimension before = first.putIfAbsent(d.name(), d);
            if (before != null && size(before, tensors) != size(d, tensors)) {
                return Optional.of("inputs contradict each other: dimension '%s' is %d in '%s' and %d in '%s'"
                        .formatted(d.name(), size(before, tensors), before.input(), size(d, tensors), d.input()));
            }
        }
        return Optional.empty();
    }

    private static long size(Dimension d, Map<String, Tensor> tensors) {
        return Objects.requireNonNull(tensors.get(d.input()), d.input()).shape()[d.position()];
    }
}
