package dev.edgeai.runtime.engine;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Inputs and outputs as the XML of an OpenVINO IR declares them, in the order in which OpenVINO counts them: that of its
 * parameters and results. Read as a stream; no document type, no entities.
 */
public record IrPorts(List<Port> inputs, List<Port> outputs) {
    private static final Pattern COMMA = Pattern.compile("(?<!\\\\),"); // one within a name has a backslash before it

    public IrPorts {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * An input or output.
     *
     * @param names all it has, the first to be shown
     * @param type as the IR writes it: {@code FP32}, {@code I64}
     * @param shape dimensions, outermost first; -1 where open
     */
    public record Port(List<String> names, String type, List<Long> shape) {
        public Port {
            names = List.copyOf(names);
            shape = List.copyOf(shape);
        }

        public String name() {
            return names.getFirst();
        }
    }

    /** @throws IOException it cannot be read, or is no such XML */
    public static IrPorts read(Path file) throws IOException {
        Reader reader = new Reader();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            reader.read(factory.createXMLStreamReader(in));
        } catch (XMLStreamException | NumberFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        return new IrPorts(named(reader.inputs, "input"), named(reader.results.values(), "output"));
    }

    /** What has no name goes by its number, as in the engine. */
    private static List<Port> named(Collection<Port> ports, String kind) {
        List<Port> named = new ArrayList<>();
        for (Port port : ports) {
            List<String> names = port.names().isEmpty() ? List.of(kind + named.size()) : port.names();
            named.add(new Port(names, port.type(), port.shape()));
        }
        return named;
    }

    /** Walks over the layers of the model itself; those of loops' and branches' bodies are no inputs or outputs of it. */
    private static final class Reader {
        private final List<Port> inputs = new ArrayList<>();
        private final Map<String, Port> results = new LinkedHashMap<>(); // by the layer's id
        private final Map<String, List<String>> produced = new HashMap<>(); // names by layer and port
        private int layers;
        private String id = "";
        private String type = "";
        private List<String> named = List.of(); // by the layer itself
        private boolean namedByLayers; // as until version 10 of the format

        void read(XMLStreamReader xml) throws XMLStreamException {
            while (xml.hasNext()) {
                int event = xml.next();
                if (event == XMLStreamReader.START_ELEMENT) {
                    start(xml);
                } else if (event == XMLStreamReader.END_ELEMENT
                        && xml.getLocalName().equals("layer")) {
                    layers--;
                }
            }
        }

        private void start(XMLStreamReader xml) throws XMLStreamException {
            switch (xml.getLocalName()) {
                case "net" -> namedByLayers = attribute(xml, "version").matches("[0-9]|10");
                case "layer" -> {
                    if (layers++ == 0) {
                        layer(xml);
                    }
                }
                case "port" -> {
                    if (layers == 1) {
                        port(xml);
                    }
                }
                case "edge" -> {
                    if (layers == 0) {
                        edge(attribute(xml, "to-layer"), attribute(xml, "from-layer"), attribute(xml, "from-port"));
                    }
                }
                default -> {
                    // the rest says nothing about ports
                }
            }
        }

        private void layer(XMLStreamReader xml) {
            id = attribute(xml, "id");
            type = attribute(xml, "type");
            if (type.equals("Result")) {
                named = names(attribute(xml, "output_names"));
                results.put(id, new Port(named, "", List.of()));
            } else {
                named = namedByLayers ? List.of(attribute(xml, "name")) : List.of();
            }
        }

        private void port(XMLStreamReader xml) throws XMLStreamException {
            String port = attribute(xml, "id");
            String precision = attribute(xml, "precision");
            List<String> own = names(attribute(xml, "names"));
            List<String> names = own.isEmpty() ? named : own;
            List<Long> shape = new ArrayList<>();
            while (xml.next() != XMLStreamReader.END_ELEMENT
                    || !xml.getLocalName().equals("port")) {
                if (xml.isStartElement() && xml.getLocalName().equals("dim")) {
                    shape.add(Long.valueOf(xml.getElementText().strip()));
                }
            }
            switch (type) {
                case "Parameter" -> {
                    inputs.add(new Port(names, precision, shape));
                    produced.put(id + ":" + port, names);
                }
                case "Result" -> results.put(id, new Port(named, precision, shape));
                default -> produced.put(id + ":" + port, names);
            }
        }

        /** A result has the names of what it is fed with too. */
        private void edge(String to, String from, String port) {
            results.computeIfPresent(
                    to,
                    (_, result) -> new Port(
                            Stream.concat(
                                            result.names().stream(),
                                            produced.getOrDefault(from + ":" + port, List.of()).stream())
                                    .distinct()
                                    .toList(),
                            result.type(),
                            result.shape()));
        }

        private static List<String> names(String attribute) {
            return attribute.isEmpty()
                    ? List.of()
                    : COMMA.splitAsStream(attribute)
                            .map(name -> name.replace("\\,", ","))
                            .toList();
        }

        private static String attribute(XMLStreamReader xml, String name) {
            String value = xml.getAttributeValue(null, name);
            return value == null ? "" : value;
        }
    }
}
