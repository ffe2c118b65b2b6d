package dev.edgeai.runtime.measure;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.evaluate.IncomparableModelsException;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Checks by loading that a trial's models can be run and take the same inputs. */
final class Subjects {
    private final List<TensorInfo> inputs;

    Subjects(TrialSpec spec, Model baseline, Optional<Model> variant) {
        inputs = sourceInputs(baseline);
        variant.ifPresent(model -> checkSame(spec, model));
    }

    /** What the source takes. */
    List<TensorInfo> inputs() {
        return inputs;
    }

    private static List<TensorInfo> sourceInputs(Model baseline) {
        try (LoadedModel model = baseline.load()) {
            return model.inputs();
        } catch (EngineException e) {
            throw new RuntimeFailure(
                    FailureReason.UNSUPPORTED_MODEL, "The source cannot be run: " + e.getMessage() + ".", e);
        }
    }

    private void checkSame(TrialSpec spec, Model variant) {
        try (LoadedModel model = variant.load()) {
            List<String> before = signature(inputs);
            List<String> after = signature(model.inputs());
            if (!before.equals(after)) {
                throw new IncomparableModelsException("the source takes " + before + " and the variant " + spec.trial()
                        + " takes " + after + "; a technique may not change inputs");
            }
        }
    }

    private static List<String> signature(List<TensorInfo> inputs) {
        return inputs.stream()
                .sorted(Comparator.comparing(TensorInfo::name))
                .map(input -> input.name() + ": " + input.type())
                .toList();
    }
}
