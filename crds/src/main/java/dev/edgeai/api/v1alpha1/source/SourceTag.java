package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** What looks at the tag of {@code spec.source.uri} came to. */
@RecordBuilder
public record SourceTag(
        @JsonPropertyDescription("The address that was looked at; of another one nothing here counts")
        String uri,

        @JsonPropertyDescription("When the last look ended, well or not; before the first one when its time began")
        @Nullable
        String lastLook,

        @JsonPropertyDescription("Digest of the manifest that the tag had then") @Nullable
        String digest,

        @JsonPropertyDescription("End of the look that found it") @Nullable
        String lookedAt,

        @JsonPropertyDescription("Looks in a row that came to nothing") @Nullable
        Integer failures,

        @JsonPropertyDescription("Why the last one did") @Nullable
        String failure,

        @JsonPropertyDescription("Value of edgeai.dev/retry when the move was found: another one asks to follow it")
        @Nullable
        String retry,

        @JsonPropertyDescription("Digest that runs are made of, since the tag was followed to it") @Nullable
        String followed) {}
