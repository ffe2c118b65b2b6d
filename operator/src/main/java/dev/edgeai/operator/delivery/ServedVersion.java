package dev.edgeai.operator.delivery;

/**
 * A certified artifact as it is served.
 *
 * @param revision label of its pods
 * @param artifact {@code registry/repository@sha256:…}
 * @param certificate digest of its certificate
 * @param image runtime image of its pods: the one it was brought out with, whatever the operator's own is by now
 */
public record ServedVersion(String revision, String artifact, String certificate, String image) {}
