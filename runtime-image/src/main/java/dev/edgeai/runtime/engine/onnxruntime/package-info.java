/** ONNX Runtime through its Java API: ONNX models. */
@NullMarked
package dev.edgeai.runtime.engine.onnxruntime;

import org.jspecify.annotations.NullMarked;
