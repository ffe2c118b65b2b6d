/** OpenVINO through its C API: models in its own IR and in ONNX. */
@NullMarked
package dev.edgeai.runtime.engine.openvino;

import org.jspecify.annotations.NullMarked;
