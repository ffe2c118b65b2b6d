package dev.edgeai.operator.observation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the Prometheus text format, version 0.0.4
 * (<a href="https://prometheus.io/docs/instrumenting/exposition_formats/">specification</a>). Strict: a line that it
 * does not understand is an error, for a half-read scrape would be a wrong measurement.
 */
final class MetricsText {
    /**
     * One line.
     *
     * @param name of the metric, with {@code _bucket}, {@code _sum} or {@code _count}
     * @param labels name to value
     * @param value may be NaN or infinite
     */
    record Sample(String name, Map<String, String> labels, double value) {}

    private final String line;
    private int at;

    private MetricsText(String line) {
        this.line = line;
    }

    /** @throws IllegalArgumentException with the line that is not in the format */
    static List<Sample> parse(String text) {
        List<Sample> samples = new ArrayList<>();
        text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                .forEach(line -> samples.add(new MetricsText(line).sample()));
        return List.copyOf(samples);
    }

    private Sample sample() {
        String name = identifier();
        Map<String, String> labels = new HashMap<>();
        if (at < line.length() && line.charAt(at) == '{') {
            at++;
            while (!accept('}')) {
                String label = identifier();
                require('=');
                labels.put(label, quoted());
                if (!accept(',')) {
                    require('}');
                    break;
                }
            }
        }
        String[] rest = line.substring(at).strip().split("\\s+", 3);
        if (rest.length == 3) {
            throw malformed();
        }
        try {
            return new Sample(name, Map.copyOf(labels), number(rest[0]));
        } catch (NumberFormatException _) {
            throw malformed();
        }
    }

    private String identifier() {
        skipSpaces();
        int start = at;
        while (at < line.length()
                && (Character.isLetterOrDigit(line.charAt(at)) || "_:".indexOf(line.charAt(at)) >= 0)) {
            at++;
        }
        if (start == at) {
            throw malformed();
        }
        return line.substring(start, at);
    }

    private String quoted() {
        require('"');
        StringBuilder value = new StringBuilder();
        while (at < line.length() && line.charAt(at) != '"') {
            char c = line.charAt(at++);
            if (c == '\\' && at < line.length()) {
                char escaped = line.charAt(at++);
                c = escaped == 'n' ? '\n' : escaped;
            }
            value.append(c);
        }
        require('"');
        return value.toString();
    }

    /** @throws NumberFormatException when it is not a number of the format */
    static double number(String text) {
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private boolean accept(char c) {
        skipSpaces();
        if (at < line.length() && line.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void require(char c) {
        if (!accept(c)) {
            throw malformed();
        }
    }

    private void skipSpaces() {
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
    }

    private IllegalArgumentException malformed() {
        String shown = line.length() > 120 ? line.substring(0, 120) + "…" : line;
        return new IllegalArgumentException("not a line of the Prometheus text format: " + shown);
    }
}
