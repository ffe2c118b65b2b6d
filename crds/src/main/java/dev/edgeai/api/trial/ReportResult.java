package dev.edgeai.api.trial;

/**
 * Termination message of the report Job when it succeeds.
 *
 * @param digest digest of the report's manifest in the registry
 */
public record ReportResult(String digest) {}
