package dev.edgeai.api.trial;

/**
 * Termination message of the Job that looks at a source's tag.
 *
 * @param digest of the manifest that the tag has now ({@code sha256:…}); what {@link FetchResult#sourceDigest} is of a
 *     source that lies in a registry
 */
public record ResolveResult(String digest) {}
