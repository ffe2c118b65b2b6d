package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.runtime.engine.IrPorts;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the XML of an OpenVINO IR as a stream; no document type, no entities. */
final class IrFile {
    private static final long MAX_XML_BYTES = 1L << 30;

    private final long weightBytes;
    private final Map<String, Integer> operators = new HashMap<>();
    private final Map<String, Long> weights = new HashMap<>();
    private boolean namesExperts;
    private boolean isNet;

    private Layer layer = new Layer("", "");

    private record Layer(String type, String name) {}

    private IrFile(long weightBytes) {
        this.weightBytes = weightBytes;
    }

    static ModelFacts read(Path file) throws IOException, UnreadableModelException {
        if (Files.size(file) > MAX_XML_BYTES) {
            throw new UnreadableModelException(file.getFileName() + " is larger than any OpenVINO IR");
        }
        Path bin = file.resolveSibling(file.getFileName().toString().replaceAll("\\.xml$", ".bin"));
        IrFile reading = new IrFile(Files.isRegularFile(bin) ? Files.size(bin) : 0);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            reading.read(factory.createXMLStreamReader(in));
        } catch (XMLStreamException | NumberFormatException | ArithmeticException e) {
            throw new UnreadableModelException(
                    file.getFileName() + " is no OpenVINO IR or is cut off: " + e.getMessage(), e);
        }
        IrPorts ports = IrPorts.read(file);
        if (!reading.isNet || ports.outputs().isEmpty()) {
            throw new UnreadableModelException(file.getFileName() + " is XML but no OpenVINO IR (no net with layers)");
        }
        return new ModelFacts(
                ModelFormat.OPENVINO_IR,
                reading.operators,
                reading.weights,
                ports(ports.inputs()),
                ports(ports.outputs()),
                reading.namesExperts);
    }

    private void read(XMLStreamReader xml) throws XMLStreamException, UnreadableModelException {
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                start(xml);
            }
        }
    }

    private void start(XMLStreamReader xml) throws UnreadableModelException {
        switch (xml.getLocalName()) {
            case "net" -> isNet = true;
            case "layer" -> startLayer(xml);
            case "data" -> data(xml);
            default -> {
                // rt_info, meta_data and the like say nothing about the graph
            }
        }
    }

    private void startLayer(XMLStreamReader xml) {
        layer = new Layer(attribute(xml, "type"), attribute(xml, "name"));
        boolean plumbing = layer.type().equals("Const")
                || layer.type().equals("Parameter")
                || layer.type().equals("Result");
        if (!plumbing) {
            operators.merge(layer.type(), 1, Integer::sum);
        }
        String lower = layer.name().toLowerCase(Locale.ROOT);
        namesExperts |= lower.contains("experts") || lower.contains("/moe/") || lower.contains("block_sparse_moe");
    }

    private void data(XMLStreamReader xml) throws UnreadableModelException {
        if (!layer.type().equals("Const")) {
            return;
        }
        long elements = Arrays.stream(attribute(xml, "shape").split(","))
                .filter(size -> !size.isBlank())
                .mapToLong(size -> Long.parseLong(size.strip()))
                .reduce(1, Math::multiplyExact);
        String offset = attribute(xml, "offset");
        String size = attribute(xml, "size");
        if (!offset.isEmpty() && Math.addExact(Long.parseLong(offset), Long.parseLong(size)) > weightBytes) {
            throw new UnreadableModelException("the weights '" + layer.name()
                    + "' lie behind the end of the .bin file (" + weightBytes + " bytes); it is missing or cut off");
        }
        String type = ElementTypes.ofIr(attribute(xml, "element_type"));
        if (elements < 0) {
            throw new UnreadableModelException("the weights '" + layer.name() + "' have a negative dimension");
        }
        if (ElementTypes.isWeight(type)) {
            weights.merge(type, elements, Math::addExact);
        }
    }

    private static List<ModelFacts.Port> ports(List<IrPorts.Port> ports) {
        return ports.stream()
                .map(port -> new ModelFacts.Port(
                        port.name(),
                        ElementTypes.ofIr(port.type()),
                        port.shape().stream()
                                .map(size -> size < 0 ? "?" : size.toString())
                                .toList()))
                .toList();
    }

    private static String attribute(XMLStreamReader xml, String name) {
        String value = xml.getAttributeValue(null, name);
        return value == null ? "" : value;
    }
}
