package dev.edgeai.api.trial;

/**
 * Termination message of the {@code fetch} container when it succeeds.
 *
 * @param sourceDigest resolved digest of the source ({@code sha256:…})
 * @param datasetDigest resolved digest of the dataset
 * @param sourceBytes size of the source's files
 */
public record FetchResult(String sourceDigest, String datasetDigest, long sourceBytes) {}
