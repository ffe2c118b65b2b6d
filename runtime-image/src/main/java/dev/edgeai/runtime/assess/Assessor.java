package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.AssessmentBuilder;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.installed.Engines;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Assesses a source: reads its file and draws conclusions from operators and weights. */
public final class Assessor {
    /** So that an assessment fits into a termination message. */
    private static final int MAX_OPERATORS = 20;

    private static final int MAX_PORTS = 10;

    private static final String FROM_ORIGINAL = "Start from its original of full precision where there is one.";

    private Assessor() {}

    /**
     * Assesses a model.
     *
     * @param source its folder, or its file where it is one
     * @throws UnreadableModelException there is no model, more than one, or it is corrupt or unsafe
     */
    public static Assessment assess(Path source) throws UnreadableModelException {
        try {
            SourceFiles.requireNoPickles(source);
            SourceFiles.requireWhole(source);
            if (Files.isRegularFile(source)) {
                return file(source);
            }
            return switch (SourceFiles.kind(source)) {
                case GRAPH -> {
                    Path file = source.resolve(Engines.forSource(source).model());
                    yield conclude(
                            file.toString().endsWith(".onnx") ? OnnxFile.read(file) : IrFile.read(file), size(source));
                }
                case GGUF -> conclude(GgufFolder.read(source), size(source));
                case CHECKPOINT -> conclude(Checkpoint.read(source), size(source));
            };
        } catch (EngineException e) {
            throw new UnreadableModelException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UnreadableModelException("its files cannot be read: " + e.getMessage(), e);
        }
    }

    private static Assessment file(Path file) throws IOException, UnreadableModelException {
        String name = file.getFileName().toString();
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "onnx" -> conclude(OnnxFile.read(file), Files.size(file));
            case "gguf" -> conclude(GgufFile.read(file), Files.size(file));
            default ->
                throw new UnreadableModelException(
                        name
                                + " is no model of one file (.onnx or .gguf); of an OpenVINO IR or a checkpoint name the folder");
        };
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    static Assessment conclude(ModelFacts facts, long sizeBytes) {
        boolean quantized = Operators.isQuantized(facts);
        boolean image = facts.inputs().stream().anyMatch(ModelFacts.Port::isImage);
        boolean tokens = facts.inputs().stream().anyMatch(ModelFacts.Port::isTokens);
        return AssessmentBuilder.builder()
                .format(facts.format())
                .architecture(Operators.architecture(facts.operators()))
                .sizeBytes(sizeBytes)
                .parameters(Weights.sum(facts.weights()))
                .precision(Weights.most(facts.weights()))
                .inputs(texts(facts.inputs()))
                .outputs(texts(facts.outputs()))
                .operators(mostFrequent(facts.operators()))
                .alreadyQuantized(quantized)
                .mixtureOfExperts(facts.namesExperts() || Operators.hasExperts(facts.operators()))
                .multimodal(image && tokens)
                .message(message(quantized, facts.operators().size()))
                .build();
    }

    /** A file of weights names no operators, inputs or outputs. */
    static Assessment conclude(WeightFacts facts, long sizeBytes) {
        return AssessmentBuilder.builder()
                .format(facts.format())
                .architecture(facts.architecture())
                .sizeBytes(sizeBytes)
                .parameters(Weights.sum(facts.weights()))
                .precision(Weights.most(facts.weights()))
                .inputs(List.of())
                .outputs(List.of())
                .operators(Map.of())
                .alreadyQuantized(facts.quantization() != null)
                .mixtureOfExperts(facts.experts())
                .multimodal(facts.multimodal())
                .message(message(facts))
                .build();
    }

    private static String message(WeightFacts facts) {
        String name = facts.name().substring(0, Math.min(40, facts.name().length()));
        StringBuilder message = new StringBuilder("A network of type %s.".formatted(name));
        if (facts.quantization() != null) {
            message.append(" It is quantized already (%s) and is not quantized again. %s"
                    .formatted(facts.quantization(), FROM_ORIGINAL));
        }
        if (facts.experts()) {
            message.append(" It is a mixture of experts: give calibration texts of every kind it will meet,"
                    + " as experts that no text reaches are quantized blindly.");
        }
        if (facts.multimodal()) {
            message.append(" It takes images or sound besides text; only its text part is measured here,"
                    + " so check the rest by hand.");
        }
        return message.toString();
    }

    private static @Nullable String message(boolean quantized, int operators) {
        if (quantized) {
            return "The model is quantized already. " + FROM_ORIGINAL;
        }
        return operators > MAX_OPERATORS
                ? "The %d most frequent of %d operator types are listed.".formatted(MAX_OPERATORS, operators)
                : null;
    }

    private static List<String> texts(List<ModelFacts.Port> ports) {
        return ports.stream().limit(MAX_PORTS).map(ModelFacts.Port::toString).toList();
    }

    private static Map<String, Integer> mostFrequent(Map<String, Integer> operators) {
        Map<String, Integer> most = new LinkedHashMap<>();
        operators.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Integer> e) -> -e.getValue())
                        .thenComparing(Map.Entry::getKey))
                .limit(MAX_OPERATORS)
                .forEach(e -> most.put(
                        e.getKey().length() <= 40 ? e.getKey() : e.getKey().substring(0, 40), e.getValue()));
        return most;
    }
}
