package dev.edgeai.runtime.evaluate;

import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes wrong inputs out of a right one, each wrong in one way. */
final class MalformedInputs {
    private MalformedInputs() {}

    static List<Map<String, Tensor>> of(Map<String, Tensor> right) {
        String name = right.keySet().stream().sorted().findFirst().orElseThrow();
        Tensor tensor = right.getOrDefault(name, Tensor.allocate(DataType.BOOL));
        List<Map<String, Tensor>> wrong = new ArrayList<>();
        wrong.add(without(right, name));
        wrong.add(with(right, name + "-unknown", tensor));
        wrong.add(with(right, name, tooManyRanks(tensor)));
        wrong.add(with(right, name, otherType(tensor)));
        wrong.add(with(right, name, shortOfData(tensor)));
        if (tensor.shape().length > 0) {
            wrong.add(with(right, name, oneMore(tensor)));
            wrong.add(with(right, name, noElements(tensor)));
        }
        if (tensor.type() == DataType.FP32) {
            wrong.add(with(right, name, filled(tensor, Float.NaN)));
            wrong.add(with(right, name, filled(tensor, Float.POSITIVE_INFINITY)));
            wrong.add(with(right, name, filled(tensor, Float.MAX_VALUE)));
        }
        return wrong;
    }

    private static Map<String, Tensor> without(Map<String, Tensor> right, String name) {
        Map<String, Tensor> wrong = new HashMap<>(right);
        wrong.remove(name);
        return wrong;
    }

    private static Map<String, Tensor> with(Map<String, Tensor> right, String name, Tensor tensor) {
        Map<String, Tensor> wrong = new HashMap<>(right);
        wrong.put(name, tensor);
        return wrong;
    }

    /** Two dimensions too many. */
    private static Tensor tooManyRanks(Tensor tensor) {
        long[] shape = Arrays.copyOf(tensor.shape(), tensor.shape().length + 2);
        Arrays.fill(shape, tensor.shape().length, shape.length, 1);
        return new Tensor(tensor.type(), shape, tensor.data());
    }

    private static Tensor oneMore(Tensor tensor) {
        long[] shape = tensor.shape().clone();
        shape[shape.length - 1]++;
        return Tensor.allocate(tensor.type(), shape);
    }

    private static Tensor otherType(Tensor tensor) {
        return Tensor.allocate(tensor.type() == DataType.INT64 ? DataType.FP64 : DataType.INT64, tensor.shape());
    }

    private static Tensor noElements(Tensor tensor) {
        long[] shape = tensor.shape().clone();
        shape[0] = 0;
        return Tensor.allocate(tensor.type(), shape);
    }

    private static Tensor shortOfData(Tensor tensor) {
        Tensor half = Tensor.allocate(DataType.UINT8, Math.max(1, tensor.data().limit() / 2));
        return new Tensor(tensor.type(), tensor.shape(), half.data());
    }

    private static Tensor filled(Tensor tensor, float value) {
        float[] values = new float[(int) tensor.elements()];
        Arrays.fill(values, value);
        return Tensor.ofFloats(values, tensor.shape());
    }
}
