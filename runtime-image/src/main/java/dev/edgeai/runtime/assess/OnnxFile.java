package dev.edgeai.runtime.assess;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.runtime.engine.OnnxTypes;
import dev.edgeai.runtime.engine.OnnxVersions;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads an ONNX file through a memory map, so that raw weights never come into the heap. */
final class OnnxFile {
    private final Path file;
    private final Map<String, Integer> operators = new HashMap<>();
    private final Map<String, Long> weights = new HashMap<>();
    private boolean namesExperts;

    private OnnxFile(Path file) {
        this.file = file;
    }

    static ModelFacts read(Path file) throws IOException, UnreadableModelException {
        ModelProto model = parse(file);
        GraphProto graph = model.getGraph();
        if (graph.getNodeCount() == 0 || graph.getOutputCount() == 0) {
            throw new UnreadableModelException(
                    file.getFileName() + " holds no ONNX graph; it may be cut off or of another format");
        }
        requireKnown(model, file);
        OnnxFile reading = new OnnxFile(file);
        reading.visit(graph);
        model.getFunctionsList().forEach(function -> function.getNodeList().forEach(reading::count));
        Set<String> initialized = new HashSet<>();
        graph.getInitializerList().forEach(tensor -> initialized.add(tensor.getName()));
        List<ModelFacts.Port> inputs = graph.getInputList().stream()
                .filter(input -> !initialized.contains(input.getName()))
                .map(OnnxFile::port)
                .toList();
        List<ModelFacts.Port> outputs =
                graph.getOutputList().stream().map(OnnxFile::port).toList();
        return new ModelFacts(
                ModelFormat.ONNX, reading.operators, reading.weights, inputs, outputs, reading.namesExperts);
    }

    private static void requireKnown(ModelProto model, Path file) throws UnreadableModelException {
        long operators = model.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .max()
                .orElse(0);
        if (model.getIrVersion() > OnnxVersions.NEWEST_FORMAT || operators > OnnxVersions.NEWEST_OPERATORS) {
            throw new UnreadableModelException(
                    "%s has IR version %d and opset %d; the newest that ONNX Runtime reads here are %d and %d, so export it for these (opset_version) or convert it with onnx.version_converter"
                            .formatted(
                                    file.getFileName(),
                                    model.getIrVersion(),
                                    operators,
                                    OnnxVersions.NEWEST_FORMAT,
                                    OnnxVersions.NEWEST_OPERATORS));
        }
    }

    private static ModelProto parse(Path file) throws IOException, UnreadableModelException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new UnreadableModelException(
                        file.getFileName() + " is larger than 2 GiB; export its weights as external data");
            }
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(
                            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))
                    .newCodedInput();
            in.enableAliasing(true);
            return ModelProto.parseFrom(in);
        } catch (InvalidProtocolBufferException e) {
            throw new UnreadableModelException(
                    file.getFileName() + " is no ONNX file or is cut off: " + firstSentence(e), e);
        }
    }

    /** Protobuf goes on to guess, and the first sentence says it. */
    private static String firstSentence(InvalidProtocolBufferException e) {
        return String.valueOf(e.getMessage()).replaceFirst("(?s)\\.(\\s.*)?$", "");
    }

    private void visit(GraphProto graph) throws IOException, UnreadableModelException {
        for (TensorProto tensor : graph.getInitializerList()) {
            weigh(tensor);
        }
        for (NodeProto node : graph.getNodeList()) {
            count(node);
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasT()) {
                    weigh(attribute.getT());
                }
                if (attribute.hasG()) {
                    visit(attribute.getG());
                }
                for (GraphProto body : attribute.getGraphsList()) {
                    visit(body);
                }
            }
        }
    }

    private void count(NodeProto node) {
        if (!node.getOpType().equals("Constant")) {
            operators.merge(node.getOpType(), 1, Integer::sum);
        }
        noteName(node.getName());
    }

    private void noteName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        namesExperts |= lower.contains("experts") || lower.contains("/moe/") || lower.contains("block_sparse_moe");
    }

    private void weigh(TensorProto tensor) throws IOException, UnreadableModelException {
        noteName(tensor.getName());
        long elements = 1;
        try {
            for (long size : tensor.getDimsList()) {
                elements = Math.multiplyExact(elements, size);
            }
        } catch (ArithmeticException e) {
            throw new UnreadableModelException("the weights '" + tensor.getName() + "' have an impossible shape", e);
        }
        if (elements < 0) {
            throw new UnreadableModelException("the weights '" + tensor.getName() + "' have a negative dimension");
        }
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            checkExternal(tensor);
        }
        String type = OnnxTypes.element(tensor.getDataType());
        if (ElementTypes.isWeight(type)) {
            weights.merge(type, elements, Math::addExact);
        }
    }

    /** External data must lie within the model's folder and be as long as it says. */
    private void checkExternal(TensorProto tensor) throws IOException, UnreadableModelException {
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        String location = entries.getOrDefault("location", "");
        String what = "the external data '" + location + "' of '" + tensor.getName() + "'";
        Path folder = file.toRealPath().getParent();
        if (folder == null || location.isEmpty() || location.indexOf('\0') >= 0) {
            throw new UnreadableModelException(what + " names no file");
        }
        Path data = folder.resolve(location).normalize();
        if (Path.of(location).isAbsolute() || !data.startsWith(folder)) {
            throw new UnreadableModelException(what + " lies outside the model's folder, which is refused");
        }
        if (!Files.isRegularFile(data) || !data.toRealPath().startsWith(folder)) {
            throw new UnreadableModelException(what + " is missing; push the folder with all its files");
        }
        try {
            long end = Math.addExact(
                    Long.parseLong(entries.getOrDefault("offset", "0")),
                    Long.parseLong(entries.getOrDefault("length", "0")));
            if (end < 0 || end > Files.size(data)) {
                throw new UnreadableModelException(what + " ends before byte " + end + "; the file is cut off");
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new UnreadableModelException(what + " has an offset or length that is no number", e);
        }
    }

    private static ModelFacts.Port port(ValueInfoProto value) {
        TypeProto type = value.getType();
        if (!type.hasTensorType()) {
            return new ModelFacts.Port(value.getName(), OnnxTypes.name(type), List.of());
        }
        List<String> shape = type.getTensorType().getShape().getDimList().stream()
                .map(OnnxFile::dimension)
                .toList();
        return new ModelFacts.Port(value.getName(), OnnxTypes.name(type), shape);
    }

    private static String dimension(TensorShapeProto.Dimension dimension) {
        return switch (dimension.getValueCase()) {
            case DIM_VALUE -> Long.toString(dimension.getDimValue());
            case DIM_PARAM -> dimension.getDimParam().length() <= 20 ? dimension.getDimParam() : "?";
            case VALUE_NOT_SET -> "?";
        };
    }
}
