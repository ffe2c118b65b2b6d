package dev.edgeai.runtime.engine;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Tells whether tensors fit a model's inputs, before native code sees them. */
public final class InputCheck {
    private final List<TensorInfo> inputs;

    public InputCheck(List<TensorInfo> inputs) {
        this.inputs = List.copyOf(inputs);
    }

    /**
     * The tensors in the order of the model's inputs, when there is one fitting tensor for each and no other.
     *
     * @throws InvalidInputException names the input and what is wrong with it
     */
    public Tensor[] inOrder(Map<String, Tensor> tensors) {
        Tensor[] ordered = new Tensor[inputs.size()];
        for (int i = 0; i < ordered.length; i++) {
            TensorInfo input = inputs.get(i);
            Tensor tensor = given(input, tensors);
            if (tensor == null) {
                throw new InvalidInputException(
                        "input '" + input.name() + "' is missing; given: " + new TreeSet<>(tensors.keySet()));
            }
            checkTensor(input, tensor);
            ordered[i] = tensor;
        }
        if (tensors.size() != inputs.size()) {
            TreeSet<String> unknown = new TreeSet<>(tensors.keySet());
            inputs.forEach(input -> unknown.remove(nameGiven(input, tensors)));
            throw new InvalidInputException("unknown input " + unknown + "; the model takes "
                    + inputs.stream().map(TensorInfo::name).sorted().toList());
        }
        return ordered;
    }

    private static @Nullable Tensor given(TensorInfo input, Map<String, Tensor> tensors) {
        return tensors.get(nameGiven(input, tensors));
    }

    private static String nameGiven(TensorInfo input, Map<String, Tensor> tensors) {
        return tensors.containsKey(input.name())
                ? input.name()
                : input.otherNames().stream()
                        .filter(tensors::containsKey)
                        .findFirst()
                        .orElse(input.name());
    }

    private static void checkTensor(TensorInfo input, Tensor tensor) {
        if (tensor.type() != input.type()) {
            throw new InvalidInputException(
                    "input '" + input.name() + "' must be " + input.type() + ", not " + tensor.type());
        }
        if (!fits(input.shape(), tensor.shape())) {
            throw new InvalidInputException("input '" + input.name() + "' must have shape " + input.shape()
                    + " (-1 is any), not " + Arrays.toString(tensor.shape()));
        }
        if (!tensor.data().isDirect()
                || tensor.data().position() != 0
                || tensor.data().limit() != bytes(input, tensor)) {
            throw new InvalidInputException("input '" + input.name() + "' of shape "
                    + Arrays.toString(tensor.shape()) + " needs " + bytes(input, tensor)
                    + " bytes in a direct buffer, not " + tensor.data().remaining());
        }
    }

    private static boolean fits(List<Long> wanted, long[] shape) {
        if (wanted.size() != shape.length) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            long dimension = wanted.get(i);
            if (dimension < 0 ? shape[i] < 0 : shape[i] != dimension) {
                return false;
            }
        }
        return true;
    }

    private static long bytes(TensorInfo input, Tensor tensor) {
        try {
            return Math.multiplyExact(tensor.elements(), tensor.type().bytes());
        } catch (ArithmeticException _) {
            throw new InvalidInputException(
                    "input '" + input.name() + "' has too many elements: " + Arrays.toString(tensor.shape()));
        }
    }
}
