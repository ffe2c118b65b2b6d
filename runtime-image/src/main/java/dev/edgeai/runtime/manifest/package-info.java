/** What an API server would say of a manifest, said here: from the CRDs themselves, so that nothing is written twice. */
@NullMarked
package dev.edgeai.runtime.manifest;

import org.jspecify.annotations.NullMarked;
