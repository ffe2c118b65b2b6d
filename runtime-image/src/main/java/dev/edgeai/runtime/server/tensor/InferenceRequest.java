package dev.edgeai.runtime.server.tensor;

import dev.edgeai.runtime.engine.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An inference request as read from its body.
 *
 * @param id the caller's, to be given back
 * @param inputs tensors by input name
 * @param outputs the outputs asked for, in that order; empty for all
 * @param binaryOutputs whether outputs that do not say otherwise are answered in binary
 */
record InferenceRequest(
        Optional<String> id, Map<String, Tensor> inputs, List<RequestedOutput> outputs, boolean binaryOutputs) {

    /**
     * An output asked for.
     *
     * @param binary answered as raw bytes after the JSON; absent: as the request says for all
     */
    record RequestedOutput(String name, Optional<Boolean> binary) {}
}
