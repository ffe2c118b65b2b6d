package dev.edgeai.runtime.artifact;

import dev.edgeai.runtime.pod.UsageException;
import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An artifact in a registry: {@code registry/repository[:tag][@sha256:…]}. A digest wins over a tag.
 *
 * @param registry {@code host[:port]}
 * @param repository path within the registry
 * @param tag absent when there is none
 * @param digest absent when it is not pinned
 */
public record Reference(
        String registry,
        String repository,
        @Nullable String tag,
        @Nullable Digest digest) {
    /** In front of a reference where other kinds of address are possible too. */
    public static final String SCHEME = "oci://";

    private static final int MAX_CHARACTERS = 512;
    private static final int MAX_PORT = 65_535;

    // grammar of the OCI distribution specification 1.1
    private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern SHAPE =
            Pattern.compile("(?<registry>(?:[A-Za-z0-9.-]+|\\[[0-9a-fA-F:]+])(?::(?<port>[0-9]{1,5}))?)"
                    + "/(?<repository>" + COMPONENT + "(?:/" + COMPONENT + ")*)"
                    + "(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
                    + "(?:@(?<digest>sha256:[0-9a-f]{64}))?");

    /**
     * Reads a reference, with or without {@value #SCHEME} in front.
     *
     * @throws UsageException it is none
     */
    public static Reference parse(String text) {
        String bare = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
        Matcher matcher = SHAPE.matcher(bare);
        if (bare.length() > MAX_CHARACTERS || !matcher.matches() || !isPort(matcher.group("port"))) {
            throw new UsageException(
                    "'%s' is no reference; write oci://registry/repository:tag or oci://registry/repository@sha256:…"
                            .formatted(text));
        }
        return new Reference(
                matcher.group("registry"),
                matcher.group("repository"),
                matcher.group("tag"),
                Optional.ofNullable(matcher.group("digest")).map(Digest::parse).orElse(null));
    }

    private static boolean isPort(@Nullable String port) {
        return port == null || Integer.parseInt(port) <= MAX_PORT;
    }

    /** The same repository, exactly this content. */
    public Reference at(Digest content) {
        return new Reference(registry, repository, null, content);
    }

    /** The same repository under a tag. */
    public Reference tagged(String name) {
        return new Reference(registry, repository, name, null);
    }

    /** What stands for the manifest in the registry's API: the digest, else the tag, else {@code latest}. */
    public String manifestKey() {
        if (digest != null) {
            return digest.toString();
        }
        return tag == null ? "latest" : tag;
    }

    /** {@code registry/repository}. */
    public String name() {
        return registry + "/" + repository;
    }

    /** The digest of a reference that must have one. */
    public Digest requireDigest() {
        if (digest == null) {
            throw new UsageException("'%s' must name a digest: %s@sha256:…".formatted(this, name()));
        }
        return digest;
    }

    @Override
    public String toString() {
        return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
