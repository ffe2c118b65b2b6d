/** A real API server for tests. */
@NullMarked
package dev.edgeai.testing;

import org.jspecify.annotations.NullMarked;
