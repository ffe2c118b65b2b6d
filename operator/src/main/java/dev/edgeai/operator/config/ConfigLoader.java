package dev.edgeai.operator.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgeai.api.config.OperatorConfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the operator's configuration file. Unknown fields are refused: a misspelt one would be silently without effect. */
public final class ConfigLoader {
    private static final YAMLMapper YAML = new YAMLMapper();

    private ConfigLoader() {}

    /**
     * Reads and checks a configuration.
     *
     * @throws ConfigException naming every problem at once
     */
    public static OperatorConfig load(Path file) {
        OperatorConfig config = parse(file);
        List<String> problems = ConfigRules.problems(config);
        if (!problems.isEmpty()) {
            throw new ConfigException(file + " is not usable:\n  - " + String.join("\n  - ", problems));
        }
        return config;
    }

    private static OperatorConfig parse(Path file) {
        try {
            String text = Files.readString(file);
            if (text.isBlank()) {
                throw new ConfigException(file + " is empty; values.yaml of the chart shows what stands in it");
            }
            return YAML.readValue(text, OperatorConfig.class);
        } catch (JsonProcessingException e) {
            throw new ConfigException(file + ": " + e.getOriginalMessage() + place(e), e);
        } catch (IOException e) {
            throw new ConfigException(
                    "cannot read the configuration " + file + " (" + e + "); set EDGEAI_CONFIG to its path", e);
        }
    }

    private static String place(JsonProcessingException e) {
        String path = e instanceof JsonMappingException mapping
                ? mapping.getPathReference().replaceAll("[\\w.$]+\\[", "[")
                : "";
        return (path.isEmpty() ? "" : " at " + path)
                + (e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr());
    }
}
