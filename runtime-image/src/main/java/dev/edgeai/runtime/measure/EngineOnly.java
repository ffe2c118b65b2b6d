package dev.edgeai.runtime.measure;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.runtime.engine.LanguageEngine;
import dev.edgeai.runtime.engine.installed.Engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * "The engine with no model": a model of one ReLU of one number, in the same format. An engine loads its plugins, its
 * reader and its thread pool only with a first model; without one, these would be charged to the model. llama.cpp loads
 * all of its own at once, so it is taken without a model.
 */
final class EngineOnly {
    private static final String IR = """
            <?xml version="1.0"?>
            <net name="relu" version="11">
              <layers>
                <layer id="0" name="x" type="Parameter" version="opset1">
                  <data shape="1" element_type="f32"/>
                  <output><port id="0" precision="FP32" names="x"><dim>1</dim></port></output>
                </layer>
                <layer id="1" name="y" type="ReLU" version="opset1">
                  <input><port id="0" precision="FP32"><dim>1</dim></port></input>
                  <output><port id="1" precision="FP32" names="y"><dim>1</dim></port></output>
                </layer>
                <layer id="2" name="result" type="Result" version="opset1">
                  <input><port id="0" precision="FP32"><dim>1</dim></port></input>
                </layer>
              </layers>
              <edges>
                <edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
                <edge from-layer="1" from-port="1" to-layer="2" to-port="0"/>
              </edges>
            </net>
            """;

    private EngineOnly() {}

    /** The task for the engine of another, as many inferences at once; the file is written into {@code folder}. */
    static MemoryTask task(MemoryTask other, Path folder) throws IOException {
        VariantDescriptor descriptor = other.descriptor();
        if (Engines.find(descriptor.engine()) instanceof LanguageEngine) {
            VariantDescriptor nothing =
                    new VariantDescriptor(descriptor.engine(), "", descriptor.options(), null, null, Map.of(), null);
            return new MemoryTask(
                    folder.toString(), nothing, other.threads(), other.concurrency(), Map.of(), List.of());
        }
        boolean onnx = descriptor.model().endsWith(".onnx");
        String file = onnx ? "relu.onnx" : "relu.xml";
        if (onnx) {
            Files.write(folder.resolve(file), onnx().toByteArray());
        } else {
            Files.writeString(folder.resolve(file), IR);
        }
        VariantDescriptor relu =
                new VariantDescriptor(descriptor.engine(), file, descriptor.options(), null, null, Map.of(), null);
        return new MemoryTask(
                folder.toString(), relu, other.threads(), other.concurrency(), Map.of("x", List.of(1L)), List.of());
    }

    private static ModelProto onnx() {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(GraphProto.newBuilder()
                        .setName("relu")
                        .addInput(one("x"))
                        .addOutput(one("y"))
                        .addNode(NodeProto.newBuilder()
                                .setOpType("Relu")
                                .addInput("x")
                                .addOutput("y")))
                .build();
    }

    private static ValueInfoProto one(String name) {
        TensorShapeProto.Dimension dimension =
                TensorShapeProto.Dimension.newBuilder().setDimValue(1).build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(TensorShapeProto.newBuilder().addDim(dimension))))
                .build();
    }
}
