/**
 * Models, datasets and variants as OCI artifacts: what one is made of, packed reproducibly and named by its digest. What
 * comes from elsewhere is untrusted until its digest says otherwise.
 */
@NullMarked
package dev.edgeai.runtime.artifact;

import org.jspecify.annotations.NullMarked;
