package dev.edgeai.api.trial;

import org.jspecify.annotations.Nullable;

/**
 * Termination message of the certify Job when it succeeds.
 *
 * @param digest digest of the certificate's manifest in the registry
 * @param bundle digest of the bundle's manifest; absent when none was asked for
 */
public record CertificateResult(String digest, @Nullable String bundle) {}
