package dev.edgeai.planner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/** Names that follow from contents: the same contents, the same name. */
public final class Fingerprints {
    private static final ObjectMapper CANONICAL = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /** The first hexadecimal digits of the SHA-256 of a text. */
    public static String hex(int digits, String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, digits);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * JSON with keys in alphabetical order at every level, so that equal values give equal text however their maps were
     * filled.
     */
    public static String canonicalJson(Object value) {
        try {
            Object tree = sorted(CANONICAL.convertValue(value, Object.class));
            return CANONICAL.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    private static Object sorted(Object node) {
        return switch (node) {
            case java.util.Map<?, ?> map -> {
                TreeMap<String, Object> result = new TreeMap<>();
                map.forEach((k, v) -> {
                    if (v != null) {
                        result.put(String.valueOf(k), sorted(v));
                    }
                });
                yield result;
            }
            case java.util.List<?> list ->
                list.stream().map(Fingerprints::sorted).toList();
            default -> node;
        };
    }

    private Fingerprints() {}
}
