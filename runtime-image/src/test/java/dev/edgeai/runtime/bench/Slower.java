package dev.edgeai.runtime.bench;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.testing.WrappedModel;

import java.util.Map;

/** A model after whose every answer a share of its own time is waited out. */
final class Slower extends WrappedModel {
    private final double share;

    Slower(LoadedModel model, double share) {
        super(model);
        this.share = share;
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
        long start = System.nanoTime();
        Map<String, Tensor> answer = super.infer(inputs);
        long end = System.nanoTime();
        long until = end + (long) (share * (end - start));
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return answer;
    }
}
