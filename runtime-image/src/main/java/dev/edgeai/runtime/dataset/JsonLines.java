package dev.edgeai.runtime.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A text dataset in JSON Lines: UTF-8, one object a line. The file is untrusted; no more than one line of it is held at
 * a time.
 *
 * @see <a href="https://jsonlines.org">JSON Lines</a>
 */
public final class JsonLines {
    static final int MAX_LINE_BYTES = 1 << 20;
    static final int MAX_LINES = 1_000_000;
    static final long MAX_BYTES = 256L << 20;
    private static final int MAX_CHOICES = 100;

    private static final Set<String> FIELDS = Set.of("text", "prompt", "choices", "label", "split");
    private static final Set<String> SPLITS = Set.of("calibration", "evaluation");

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private JsonLines() {}

    /**
     * Reads all lines.
     *
     * @throws InvalidDatasetException a line is malformed, with its number; or the file is too large, empty or not there
     */
    public static List<TextSample> read(Path file) {
        List<TextSample> samples = new ArrayList<>();
        read(file, samples::add);
        return samples;
    }

    /** Checks all lines as {@link #read} does and keeps none; gives their number. */
    public static int check(Path file) {
        return read(file, _ -> {});
    }

    private static int read(Path file, Consumer<TextSample> samples) {
        int number = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            if (Files.size(file) > MAX_BYTES) {
                throw new InvalidDatasetException(
                        "The text dataset has %,d bytes; at most %,d are read.".formatted(Files.size(file), MAX_BYTES));
            }
            for (byte[] line = line(in, 1); line != null; line = line(in, number + 1)) {
                number++;
                if (number > MAX_LINES) {
                    throw new InvalidDatasetException("The text dataset has more than %,d lines.".formatted(MAX_LINES));
                }
                samples.accept(sample(line, number));
            }
        } catch (IOException e) {
            throw new InvalidDatasetException("The dataset file cannot be read: " + e.getMessage(), e);
        }
        if (number == 0) {
            throw new InvalidDatasetException("The dataset is empty; it needs one JSON object a line.");
        }
        return number;
    }

    private static byte @Nullable [] line(InputStream in, int number) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() == MAX_LINE_BYTES) {
                throw wrong(number, "is longer than %,d bytes".formatted(MAX_LINE_BYTES));
            }
            line.write(next);
        }
        return line.toByteArray();
    }

    private static TextSample sample(byte[] line, int number) {
        JsonNode object = object(line, number);
        Set<String> unknown = new TreeSet<>();
        object.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                unknown.add(name);
            }
        });
        if (!unknown.isEmpty()) {
            throw wrong(number, "has unknown fields %s; known are %s".formatted(unknown, new TreeSet<>(FIELDS)));
        }
        String text = text(object, "text", number);
        String prompt = text(object, "prompt", number);
        if ((text == null) == (prompt == null)) {
            throw wrong(number, "needs either 'text' or 'prompt' with 'choices'");
        }
        List<String> choices = choices(object, prompt != null, number);
        String split = text(object, "split", number);
        if (split != null && !SPLITS.contains(split)) {
            throw wrong(number, "has the split '%s'; splits are %s".formatted(split, new TreeSet<>(SPLITS)));
        }
        Integer label = label(object, prompt == null ? AnswerReader.MAX_CLASSES : choices.size(), number);
        return new TextSample(text, prompt, choices, label, "calibration".equals(split));
    }

    private static JsonNode object(byte[] line, int number) {
        try {
            String json = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            JsonNode node = MAPPER.readTree(json);
            if (!node.isObject()) {
                throw wrong(number, json.isBlank() ? "is empty" : "is no JSON object");
            }
            return node;
        } catch (CharacterCodingException _) {
            throw wrong(number, "is not valid UTF-8");
        } catch (JsonProcessingException e) {
            throw wrong(
                    number,
                    "is no JSON object: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    private static @Nullable String text(JsonNode object, String field, int number) {
        JsonNode value = object.get(field);
        if (value == null) {
            return null;
        }
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw wrong(number, "'%s' must be a string that is not empty".formatted(field));
        }
        return value.textValue();
    }

    private static List<String> choices(JsonNode object, boolean wanted, int number) {
        JsonNode value = object.get("choices");
        if (value == null && !wanted) {
            return List.of();
        }
        if (!wanted || value == null || !value.isArray() || value.size() < 2 || value.size() > MAX_CHOICES) {
            throw wrong(number, "'choices' must be 2 to %d strings, and go with 'prompt'".formatted(MAX_CHOICES));
        }
        List<String> choices = new ArrayList<>();
        for (JsonNode choice : value) {
            if (!choice.isTextual() || choice.textValue().isEmpty()) {
                throw wrong(number, "each of 'choices' must be a string that is not empty");
            }
            choices.add(Objects.requireNonNull(choice.textValue()));
        }
        return choices;
    }

    private static @Nullable Integer label(JsonNode object, int classes, int number) {
        JsonNode value = object.get("label");
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < 0
                || value.intValue() >= classes) {
            throw wrong(number, "'label' must be a whole number from 0 to %,d".formatted(classes - 1));
        }
        return value.intValue();
    }

    private static InvalidDatasetException wrong(int number, String what) {
        return new InvalidDatasetException("Line %,d of the text dataset %s.".formatted(number, what));
    }
}
