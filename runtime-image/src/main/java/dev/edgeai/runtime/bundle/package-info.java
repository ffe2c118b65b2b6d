/** Bundles: a certified variant with its certificate, for devices outside the cluster, verified without a network. */
@NullMarked
package dev.edgeai.runtime.bundle;

import org.jspecify.annotations.NullMarked;
