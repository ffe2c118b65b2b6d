package dev.edgeai.runtime.cli.output;

import dev.edgeai.runtime.client.InferenceClient;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What {@code edgeai predict} prints.
 *
 * @param model the model's name
 * @param revision of the pod that answered
 * @param outputs as answered
 */
public record Prediction(String model, String revision, List<Output> outputs) {
    private static final int SHOWN_VALUES = 12;

    /**
     * One output.
     *
     * @param data row-major; booleans as 0 and 1, NaN and infinity as they are written in text
     */
    record Output(String name, DataType datatype, List<Long> shape, List<Number> data) {
        static Output of(String name, Tensor tensor) {
            List<Number> data = new ArrayList<>();
            for (int i = 0; i < tensor.elements(); i++) {
                data.add(tensor.element(i));
            }
            List<Long> shape = new ArrayList<>();
            for (long dimension : tensor.shape()) {
                shape.add(dimension);
            }
            return new Output(name, tensor.type(), shape, data);
        }

        private String text() {
            String values = data.stream().limit(SHOWN_VALUES).map(Output::shown).collect(Collectors.joining(" "));
            String more = data.size() > SHOWN_VALUES ? " … " + (data.size() - SHOWN_VALUES) + " more" : "";
            return name + " " + datatype + shape + ": " + values + more + highest();
        }

        /** Where one sample has a score for each class, the class it answers. */
        private String highest() {
            boolean scores = shape.size() == 2 && shape.getFirst() == 1 && shape.getLast() > 1;
            if (!scores || !datatype.isFloat()) {
                return "";
            }
            int best = 0;
            for (int i = 1; i < data.size(); i++) {
                if (data.get(i).doubleValue() > data.get(best).doubleValue()) {
                    best = i;
                }
            }
            return "\n  highest: " + best + " (" + shown(data.get(best)) + ")";
        }

        private static String shown(Number value) {
            return value instanceof Float || value instanceof Double
                    ? String.format(Locale.ROOT, "%.5g", value.doubleValue())
                    : value.toString();
        }
    }

    public static Prediction of(String model, InferenceClient.Answer answer) {
        return new Prediction(
                model,
                answer.revision(),
                answer.outputs().entrySet().stream()
                        .map(output -> Output.of(output.getKey(), output.getValue()))
                        .toList());
    }

    public String text() {
        return model + " (revision " + revision + ")\n"
                + outputs.stream().map(Output::text).collect(Collectors.joining("\n"));
    }
}
