package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.api.trial.TrialSpec;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.source.Sources;
import dev.edgeai.runtime.measure.EngineOptions;
import dev.edgeai.runtime.pod.RuntimeFailure;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A variant of the registry that is measured again instead of a new one: as it is, or with other engine options, which
 * makes another variant.
 */
record KnownVariant(Sources sources, TrialSpec spec) {
    /**
     * Fetches it into a folder and puts the options over those of its descriptor.
     *
     * @throws RuntimeFailure {@code ArtifactMissing}: it is not there; {@code UnsupportedModel}: it has no sound descriptor
     */
    void fetch(Path folder) throws IOException {
        sources.folder(
                Reference.SCHEME + spec.repository(), spec.variantDigest(), folder, FailureReason.ARTIFACT_MISSING);
        if (!spec.engineOptions().isEmpty()) {
            EngineOptions.put(spec.engineOptions(), folder, spec.repository() + "@" + spec.variantDigest());
        }
    }
}
