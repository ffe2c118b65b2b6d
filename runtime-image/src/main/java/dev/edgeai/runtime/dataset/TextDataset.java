package dev.edgeai.runtime.dataset;

import dev.edgeai.api.v1alpha1.source.Evaluation;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Samples of a dataset of text, tokenized once for both models. A sample is as long as its text; only where
 * the model's inputs have a fixed length, it is padded to that.
 */
final class TextDataset implements Dataset {
    static final String IDS = "input_ids";
    static final String MASK = "attention_mask";
    static final String TYPES = "token_type_ids";

    private final List<TensorInfo> inputs;
    private final List<Tokenizer.Tokens> texts;
    private final long[] labels;
    private final Pooling pooling;

    private TextDataset(List<TensorInfo> inputs, List<TextSample> samples, Tokenizer tokenizer, Pooling pooling) {
        this.inputs = List.copyOf(inputs);
        this.texts = samples.stream()
                .map(sample -> tokenizer.encode(Objects.requireNonNull(sample.text())))
                .toList();
        this.labels = labels(samples);
        this.pooling = pooling;
    }

    /**
     * Reads and tokenizes.
     *
     * @param inputs what the model takes: {@code input_ids}, and perhaps {@code attention_mask} and {@code
     *     token_type_ids}, each [batch, tokens]
     * @param model its folder
     * @param maxTokens longer texts are cut; a fixed length of the inputs goes before
     */
    static EvaluationData read(
            Path file, Evaluation evaluation, long seed, List<TensorInfo> inputs, Path model, int maxTokens) {
        int limit = checked(inputs, maxTokens);
        TextSamples samples = TextSamples.read(file, evaluation, seed);
        int size = samples.choice().texts().size() + samples.heldOut().texts().size();
        if (size < MIN_SAMPLES) {
            throw new InvalidDatasetException(
                    "The dataset leaves %d texts to evaluate; at least %d are needed.".formatted(size, MIN_SAMPLES)
                            + " Add lines or lower evaluation.calibrationSamples.");
        }
        Pooling pooling = Pooling.of(model);
        try (Tokenizer tokenizer = Tokenizer.of(model, limit)) {
            TextDataset choice = new TextDataset(inputs, samples.choice().texts(), tokenizer, pooling);
            TextDataset heldOut = new TextDataset(inputs, samples.heldOut().texts(), tokenizer, pooling);
            return new EvaluationData(choice, heldOut, cut(choice, heldOut, limit));
        }
    }

    private static List<String> cut(TextDataset choice, TextDataset heldOut, int maxTokens) {
        long cut = Stream.of(choice, heldOut)
                .flatMap(part -> part.texts.stream())
                .filter(Tokenizer.Tokens::cut)
                .count();
        return cut == 0
                ? List.of()
                : List.of("%d of %d texts are longer than %d tokens and were cut"
                        .formatted(cut, choice.size() + heldOut.size(), maxTokens));
    }

    private static int checked(List<TensorInfo> inputs, int maxTokens) {
        int limit = maxTokens;
        for (TensorInfo input : inputs) {
            boolean known = List.of(IDS, MASK, TYPES).contains(input.name())
                    && input.shape().size() == 2
                    && (input.type() == DataType.INT64 || input.type() == DataType.INT32);
            if (!known) {
                throw new InvalidDatasetException(
                        "The dataset is text, but the model takes '%s' %s %s; text becomes %s, %s and %s of [batch, tokens]."
                                .formatted(input.name(), input.type(), input.shape(), IDS, MASK, TYPES));
            }
            if (input.shape().get(1) > 0) {
                limit = Math.toIntExact(input.shape().get(1));
            }
        }
        if (inputs.stream().noneMatch(input -> input.name().equals(IDS))) {
            throw new InvalidDatasetException("The dataset is text, but the model takes no '" + IDS + "'.");
        }
        return limit;
    }

    private static long[] labels(List<TextSample> samples) {
        List<Integer> labels =
                samples.stream().map(TextSample::label).filter(Objects::nonNull).toList();
        if (!labels.isEmpty() && labels.size() < samples.size()) {
            throw new InvalidDatasetException("Only %d of %d texts have a label; label all of them or none."
                    .formatted(labels.size(), samples.size()));
        }
        return labels.stream().mapToLong(Integer::longValue).toArray();
    }

    @Override
    public int size() {
        return texts.size();
    }

    @Override
    public Map<String, Tensor> sample(int index) {
        Tokenizer.Tokens tokens = texts.get(index);
        Map<String, Tensor> sample = HashMap.newHashMap(inputs.size());
        for (TensorInfo input : inputs) {
            long fixed = input.shape().get(1);
            int length = fixed > 0 ? (int) fixed : tokens.ids().length;
            Tensor tensor = Tensor.allocate(input.type(), 1, length);
            for (int i = 0; i < tokens.ids().length; i++) {
                put(tensor, i, value(input.name(), tokens, i));
            }
            sample.put(input.name(), tensor);
        }
        return sample;
    }

    private static long value(String input, Tokenizer.Tokens tokens, int i) {
        return switch (input) {
            case IDS -> tokens.ids()[i];
            case TYPES -> tokens.typeIds()[i];
            default -> 1;
        };
    }

    private static void put(Tensor tensor, int i, long value) {
        if (tensor.type() == DataType.INT64) {
            tensor.data().putLong(Long.BYTES * i, value);
        } else {
            tensor.data().putInt(Integer.BYTES * i, (int) value);
        }
    }

    @Override
    public Optional<long[]> labels() {
        return labels.length == 0 ? Optional.empty() : Optional.of(labels.clone());
    }

    @Override
    public LoadedModel rated(LoadedModel model) {
        return PooledModel.of(model, pooling);
    }
}
