/**
 * Certificates: what was measured of a variant on a class of hardware, signed and bound to the variant's digest. The
 * signing side sees the private key and never a model; the verifying side needs the public key and no network.
 */
@NullMarked
package dev.edgeai.runtime.certify;

import org.jspecify.annotations.NullMarked;
