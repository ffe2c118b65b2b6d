package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** What the model's file says of it. */
@RecordBuilder
public record Assessment(
        @JsonPropertyDescription("How it is written down") ModelFormat format,

        @JsonPropertyDescription("What it mostly consists of")
        Architecture architecture,

        @JsonPropertyDescription("Size of the model's files, bytes")
        Long sizeBytes,

        @JsonPropertyDescription("Number of weights") Long parameters,

        @JsonPropertyDescription("Type of most weights, for example float32")
        String precision,

        @JsonPropertyDescription("For example 'images: float32[N,1,28,28]'")
        List<String> inputs,

        @JsonPropertyDescription("For example 'logits: float32[N,10]'")
        List<String> outputs,

        @JsonPropertyDescription("Operators and how often each stands in the graph, the most frequent first")
        Map<String, Integer> operators,

        @JsonPropertyDescription("Whether its weights are of few bits already")
        Boolean alreadyQuantized,

        @JsonPropertyDescription("Whether only a part of it works on each input")
        Boolean mixtureOfExperts,

        @JsonPropertyDescription("Whether it takes several kinds of input")
        Boolean multimodal,

        @JsonPropertyDescription("What else is to be said of it") @Nullable
        String message) {}
