package dev.edgeai.api.trial;

/**
 * Termination message of the certify Job when it succeeds.
 *
 * @param digest digest of the certificate's manifest in the registry
 */
public record CertificateResult(String digest) {}
