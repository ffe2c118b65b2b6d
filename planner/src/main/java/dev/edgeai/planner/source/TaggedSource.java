package dev.edgeai.planner.source;

import dev.edgeai.api.v1alpha1.source.ModelSource;
import dev.edgeai.api.v1alpha1.source.SourceTag;

import java.util.Optional;

/** Whether what lies under a source's address may change, and which content runs are made of then. */
public final class TaggedSource {
    private static final String SCHEME = "oci://";

    /** What a registry is asked for where an address names neither tag nor digest. */
    private static final String DEFAULT_TAG = "latest";

    /** The tag that may move; absent of a digest, and of what lies in no registry. */
    public static Optional<String> tag(ModelSource source) {
        String uri = source.uri();
        if (!uri.startsWith(SCHEME) || uri.contains("@") || source.digest() != null) {
            return Optional.empty();
        }
        int colon = uri.lastIndexOf(':');
        return Optional.of(colon > uri.lastIndexOf('/') ? uri.substring(colon + 1) : DEFAULT_TAG);
    }

    /** What is known of the tag of this very address. */
    public static Optional<SourceTag> known(ModelSource source, Optional<SourceTag> status) {
        return status.filter(known -> tag(source).isPresent() && known.uri().equals(source.uri()));
    }

    /** The digest that runs are made of; absent as long as the tag was not followed to another one. */
    public static Optional<String> followed(ModelSource source, Optional<SourceTag> status) {
        return known(source, status).map(SourceTag::followed);
    }

    private TaggedSource() {}
}
