/**
 * Models, datasets and variants as OCI artifacts: pushed reproducibly, fetched by digest, every byte checked. What
 * comes from a registry or a web server is untrusted until its digest says otherwise.
 */
@NullMarked
package dev.edgeai.runtime.artifact;

import org.jspecify.annotations.NullMarked;
